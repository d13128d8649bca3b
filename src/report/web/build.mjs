// Bundles the page's two scripts and its styles into dist/, each as one minified file.
import { build } from 'esbuild';

const common = {
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

await Promise.all([
  build({ ...common, entryPoints: ['src/main.ts'], outfile: 'dist/report.js', format: 'iife', target: 'es2020' }),
  build({ ...common, entryPoints: ['src/boot.ts'], outfile: 'dist/boot.js', format: 'iife', target: 'es2020' }),
  build({ ...common, entryPoints: ['src/style.css'], outfile: 'dist/report.css', target: ['chrome100', 'firefox100', 'safari15.4'] }),
]);
