// A Polar H10's ECG by Web Bluetooth, as Polar's measurement data specification
// for third parties (polar-ble-sdk) has it: 130 samples a second in microvolts.

const service = "fb005c80-02e7-f387-1cad-8acd2d8df0c8";
const control = "fb005c81-02e7-f387-1cad-8acd2d8df0c8";
const data = "fb005c82-02e7-f387-1cad-8acd2d8df0c8";

export const rateHz = 130;
export const supported = () => "bluetooth" in navigator;

// Start measuring ECG at 130 Hz with 14 bits; stop measuring it.
const start = Uint8Array.of(0x02, 0x00, 0x00, 0x01, rateHz, 0x00, 0x01, 0x01, 0x0e, 0x00);
const stop = Uint8Array.of(0x03, 0x00);

// frame returns the samples of a notification: the kind of measurement (0 for
// ECG), eight bytes of time, the kind of frame (0), then 24 bits a sample, the
// lowest first.
export function frame(view) {
  const samples = [];
  if (view.byteLength < 10 || view.getUint8(0) !== 0 || view.getUint8(9) !== 0) return samples;
  for (let at = 10; at + 3 <= view.byteLength; at += 3) {
    samples.push(view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getInt8(at + 2) << 16));
  }
  return samples;
}

// record asks the person for a strap and hands on its samples until stop() of
// what it returns is called. lost() is called when the strap is gone. battery is
// in percent, null where the strap doesn't say.
export async function record(onSamples, lost) {
  const device = await navigator.bluetooth.requestDevice({
    filters: [{ namePrefix: "Polar H10" }], optionalServices: [service, "battery_service"],
  });
  device.addEventListener("gattserverdisconnected", lost);
  const server = await device.gatt.connect();
  const pmd = await server.getPrimaryService(service);
  const stream = await pmd.getCharacteristic(data);
  stream.addEventListener("characteristicvaluechanged", (event) => onSamples(frame(event.target.value)));
  await stream.startNotifications();
  const point = await pmd.getCharacteristic(control);
  await point.startNotifications();
  await point.writeValueWithResponse(start);
  return {
    name: device.name,
    battery: await batteryOf(server).catch(() => null),
    stop: async () => {
      device.removeEventListener("gattserverdisconnected", lost);
      if (!device.gatt.connected) return;
      await point.writeValueWithResponse(stop);
      device.gatt.disconnect();
    },
  };
}

async function batteryOf(server) {
  const battery = await server.getPrimaryService("battery_service");
  const level = await battery.getCharacteristic("battery_level");
  return (await level.readValue()).getUint8(0);
}

// written is a recording as a file that the service reads.
export const written = (samples) => new Blob(["ECG [uV]\n", samples.join("\n"), "\n"]);
