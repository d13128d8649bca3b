import assert from 'node:assert/strict';
import test from 'node:test';
import { csvField, csvText } from '../src/csv';

test('no text cell starts a formula', () => {
  for (const text of ['=1+1', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|calc', '%0a=1']) {
    assert.match(csvField(text), /^"?'/, JSON.stringify(text));
  }
  assert.equal(csvField('plain'), 'plain');
  assert.equal(csvField('a=1'), 'a=1');
});

test('numbers stay numbers', () => {
  assert.equal(csvField(-5.25), '-5.25');
  assert.equal(csvField(NaN), '');
  assert.equal(csvField(null), '');
});

test('quotes, commas and line ends are quoted', () => {
  assert.equal(csvText([['a,b', 'say "hi"', 'two\nlines', 3]]), '"a,b","say ""hi""","two\nlines",3\r\n');
});
