import assert from 'node:assert/strict';
import test from 'node:test';
import { Reader } from '../src/unpack';

test('integers of any length', () => {
  const reader = new Reader(Uint8Array.of(0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x03, 0x04));
  assert.equal(reader.unsigned(), 0);
  assert.equal(reader.unsigned(), 127);
  assert.equal(reader.unsigned(), 128);
  assert.equal(reader.unsigned(), 2 ** 35 - 1);
  assert.equal(reader.signed(), -2);
  assert.equal(reader.signed(), 2);
  assert.ok(reader.done);
});
