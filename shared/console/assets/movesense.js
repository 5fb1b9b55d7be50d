// A Movesense sensor's ECG, as its GATT SensorData Protocol 1.0 (GD-77) has it: one
// characteristic takes commands, another notifies of what was asked for.

export const rateHz = 250;

const reference = 1; // ours, of the subscription
const subscribe = 1, unsubscribe = 2; // commands
const data = 2; // the kind of a notification that holds samples

// The sensor counts in steps of its MAX30003: 1 V by 2^17 steps, at a gain of 20.
const microvolts = 1e6 / (2 ** 17 * 20);

// samplesOf returns the samples of a notification in microvolts: its kind, our
// reference, four bytes of time, then 32 bits a sample, the lowest first.
export function samplesOf(view) {
  const samples = [];
  if (view.byteLength < 6 || view.getUint8(0) !== data || view.getUint8(1) !== reference) return samples;
  for (let at = 6; at + 4 <= view.byteLength; at += 4) samples.push(Math.round(view.getInt32(at, true) * microvolts));
  return samples;
}

// stream starts the samples, and returns what stops them.
export async function stream(service, onSamples) {
  const notified = await service.getCharacteristic("34800002-7185-4d5d-b431-630e7050e8f0");
  notified.addEventListener("characteristicvaluechanged", (event) => onSamples(samplesOf(event.target.value)));
  await notified.startNotifications();
  const commands = await service.getCharacteristic("34800001-7185-4d5d-b431-630e7050e8f0");
  await commands.writeValueWithResponse(Uint8Array.of(subscribe, reference, ...new TextEncoder().encode(`/Meas/ECG/${rateHz}`)));
  return () => commands.writeValueWithResponse(Uint8Array.of(unsubscribe, reference));
}
