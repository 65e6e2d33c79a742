#!/usr/bin/env -S node --conditions=source
// Runs the TypeScript source of every workspace package, unbuilt: node --conditions=source packages/core/bin/dev.js
import { readdirSync, readFileSync } from 'node:fs';
import { main } from '../src/cli.ts';

const folder = new URL('../src/commands/', import.meta.url);
const isCommand = (name) => name.endsWith('.ts') && /^export default /m.test(readFileSync(new URL(name, folder), 'utf8'));
const globPatterns = readdirSync(folder).filter(isCommand);

await main(process.argv.slice(2), { commands: { strategy: 'pattern', target: './src/commands', globPatterns } });
