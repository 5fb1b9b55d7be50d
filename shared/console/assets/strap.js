// A chest strap's ECG by Web Bluetooth: Polar's H10 here, Movesense's in a file of
// its own, and the connection of both, which is sought again when it is lost.

const pauses = [1, 2, 3]; // seconds before each try to connect again

// Polar's measurement data specification for third parties (polar-ble-sdk): 130
// samples a second in microvolts.
const polar = {
  namePrefix: "Polar H10", service: "fb005c80-02e7-f387-1cad-8acd2d8df0c8", rateHz: 130,
  async stream(pmd, onSamples) {
    const data = await pmd.getCharacteristic("fb005c82-02e7-f387-1cad-8acd2d8df0c8");
    data.addEventListener("characteristicvaluechanged", (event) => onSamples(frame(event.target.value)));
    await data.startNotifications();
    const point = await pmd.getCharacteristic("fb005c81-02e7-f387-1cad-8acd2d8df0c8");
    await point.startNotifications();
    await point.writeValueWithResponse(Uint8Array.of(0x02, 0x00, 0x00, 0x01, 130, 0x00, 0x01, 0x01, 0x0e, 0x00)); // 130 Hz, 14 bits
    return () => point.writeValueWithResponse(Uint8Array.of(0x03, 0x00));
  },
};

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

const movesense = { namePrefix: "Movesense", service: "34802252-7185-4d5d-b431-630e7050e8f0" };

// record asks the person for a strap and hands on its samples, in microvolts, until
// stop() of what it returns is called. A lost connection is sought again: away() is
// called when it is gone, back() when it is there again, and lost() when it isn't
// any more. battery is in percent, null where the strap doesn't say.
export async function record({ samples, away, back, lost }) {
  const device = await navigator.bluetooth.requestDevice({
    filters: [polar, movesense].map(({ namePrefix }) => ({ namePrefix })),
    optionalServices: [polar.service, movesense.service, "battery_service"],
  });
  const kind = device.name?.startsWith(movesense.namePrefix) ? { ...movesense, ...(await import("./movesense.js")) } : polar;
  const connect = async () => {
    const server = await device.gatt.connect();
    return { server, quit: await kind.stream(await server.getPrimaryService(kind.service), samples) };
  };
  let { server, quit } = await connect();
  let ended = false;
  async function seek() {
    away();
    for (const pause of pauses) {
      await new Promise((passed) => setTimeout(passed, 1000 * pause));
      if (ended) return;
      const now = await connect().catch(() => null);
      if (!now) continue;
      ({ server, quit } = now);
      if (ended) return void leave();
      return back();
    }
    if (!ended) lost();
  }
  async function leave() {
    if (!device.gatt.connected) return;
    await quit();
    device.gatt.disconnect();
  }
  device.addEventListener("gattserverdisconnected", seek);
  return {
    rateHz: kind.rateHz,
    battery: await batteryOf(server).catch(() => null),
    stop: () => {
      ended = true;
      device.removeEventListener("gattserverdisconnected", seek);
      return leave();
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
