// A chat on Node with `ws`: a set of sockets for each conversation, one serialisation for each message.
'use strict';
const { WebSocketServer } = require('ws');
const store = require('./store.cjs');

const rooms = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT), path: '/ws', backlog: 4096 });

server.on('connection', async (socket, request) => {
  const user = Number(new URL(request.url, 'http://localhost').searchParams.get('user'));
  const conversations = new Set(await store.conversationsOf(user));
  for (const id of conversations) {
    if (!rooms.has(id)) rooms.set(id, new Set());
    rooms.get(id).add(socket);
  }
  socket.on('message', async (text) => {
    const frame = JSON.parse(text);
    if (frame.type !== 'message.send' || !conversations.has(frame.conversation_id)) return;
    const data = await store.append(user, frame);
    socket.send(JSON.stringify({ type: 'message.new', ref: frame.ref, data }));
    const shared = JSON.stringify({ type: 'message.new', data });
    for (const other of rooms.get(frame.conversation_id)) {
      if (other !== socket) other.send(shared);
    }
  });
  socket.on('close', () => {
    for (const id of conversations) rooms.get(id).delete(socket);
  });
  socket.send('{"type":"session.ready"}');
});
