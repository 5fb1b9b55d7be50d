// A stand-in for a Polar H10, or a Movesense, to be run in the page before its own
// scripts. It sends a recording in the strap's frames, faster than a heart.

export function strap({ samples, frameSamples, everyMs, battery, movesense = false }) {
  const written = [];
  window.strapWritten = written;
  let at = 0;
  const frame = (values) => {
    if (movesense) {
      const bytes = new DataView(new ArrayBuffer(6 + 4 * values.length));
      bytes.setUint8(0, 2);
      bytes.setUint8(1, 1);
      values.forEach((uv, i) => bytes.setInt32(6 + 4 * i, Math.round(uv / 0.38147), true));
      return bytes;
    }
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
      if (bytes[0] !== (movesense ? 1 : 2)) {
        at = 0;
        return;
      }
      window.strapTimer = setInterval(() => {
        stream.value = frame(samples.slice(at, at + frameSamples));
        at += frameSamples;
        stream.dispatchEvent(new Event("characteristicvaluechanged"));
        if (at >= samples.length) clearInterval(window.strapTimer);
      }, everyMs);
    }
  }
  let stream; // of the connection: another has others
  const control = new Characteristic();
  const device = Object.assign(new EventTarget(), { name: movesense ? "Movesense 250930000001" : "Polar H10 0A1B2C3D" });
  const services = {
    battery_service: { getCharacteristic: async () => control },
    strap: { getCharacteristic: async (uuid) => (/^(fb005c82|34800002)/.test(uuid) ? stream : control) },
  };
  device.gatt = {
    connected: true,
    connect: async () => {
      if (window.strapGone) throw new DOMException("out of range", "NetworkError");
      device.gatt.connected = true;
      stream = new Characteristic();
      return {
        getPrimaryService: async (name) => {
          if (name === "battery_service" && battery === undefined) throw new DOMException("no such service", "NotFoundError");
          return services[name] ?? services.strap;
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
