#!/usr/bin/env node
// DynamoDB on this machine, for tests: dynamodb.mjs PORT [DIRECTORY]
//
// Listens on 127.0.0.1; port 0 takes a free one. Prints "ready ADDRESS" and runs until it is killed. With a directory
// the tables are kept there from one start to the next, otherwise in memory. With RELAY_SERVER_STDIN=1 it also ends
// when its standard input does, so that it cannot outlive a test that is killed.
import dynalite from 'dynalite';

const [port = '0', path] = process.argv.slice(2);
const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(path ? { path } : {}) });
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`));

if (process.env.RELAY_SERVER_STDIN === '1') {
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
