// A chat on Socket.IO: a room for each conversation.
'use strict';
const { createServer } = require('http');
const { Server } = require('socket.io');
const store = require('./store.cjs');

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });

io.on('connection', async (socket) => {
  const user = Number(socket.handshake.query.user);
  const conversations = new Set(await store.conversationsOf(user));
  for (const id of conversations) socket.join(`conversation ${id}`);
  socket.on('frame', async (frame) => {
    if (frame.type !== 'message.send' || !conversations.has(frame.conversation_id)) return;
    const data = await store.append(user, frame);
    socket.emit('frame', { type: 'message.new', ref: frame.ref, data });
    socket.to(`conversation ${frame.conversation_id}`).emit('frame', { type: 'message.new', data });
  });
  socket.emit('frame', { type: 'session.ready' });
});

http.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 });
