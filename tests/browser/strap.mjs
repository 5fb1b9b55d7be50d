// A stand-in for a Polar H10, to be run in the page before its own scripts. It
// sends a recording in the strap's frames, faster than a heart.

export function strap({ samples, frameSamples, everyMs, battery }) {
  const written = [];
  window.strapWritten = written;
  const frame = (values) => {
    const bytes = new DataView(new ArrayBuffer(10 + 3 * values.length));
    values.forEach((uv, i) => {
      bytes.setUint8(10 + 3 * i, uv & 0xff);
      bytes.setUint8(11 + 3 * i, (uv >> 8) & 0xff);
      bytes.setInt8(12 + 3 * i, uv >> 16);
    });
    return bytes;
  };
  class Characteristic extends EventTarget {
    async startNotifications() {}
    async readValue() { return new DataView(Uint8Array.of(battery).buffer); }
    async writeValueWithResponse(bytes) {
      written.push([...bytes]);
      clearInterval(window.strapTimer);
      if (bytes[0] !== 2) return;
      let at = 0;
      window.strapTimer = setInterval(() => {
        stream.value = frame(samples.slice(at, at + frameSamples));
        at += frameSamples;
        stream.dispatchEvent(new Event("characteristicvaluechanged"));
        if (at >= samples.length) clearInterval(window.strapTimer);
      }, everyMs);
    }
  }
  const stream = new Characteristic();
  const control = new Characteristic();
  const device = new EventTarget();
  const services = {
    battery_service: { getCharacteristic: async () => control },
    fb: { getCharacteristic: async (uuid) => (uuid.startsWith("fb005c82") ? stream : control) },
  };
  device.gatt = {
    connected: true,
    connect: async () => {
      device.gatt.connected = true;
      return {
        getPrimaryService: async (name) => {
          if (name === "battery_service" && battery === undefined) throw new DOMException("no such service", "NotFoundError");
          return services[name] ?? services.fb;
        },
      };
    },
    disconnect() { this.connected = false; },
  };
  window.strapLost = () => {
    clearInterval(window.strapTimer);
    device.gatt.connected = false;
    device.dispatchEvent(new Event("gattserverdisconnected"));
  };
  Object.defineProperty(navigator, "bluetooth", { value: { requestDevice: async () => device } });
}
