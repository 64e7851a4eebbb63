// A chat on Centrifuge, the engine of Centrifugo: a channel for each conversation, one serialisation for each message.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const memberships = `SELECT conversation_id FROM members WHERE user_id = $1`

const appendMessage = `
WITH bumped AS (UPDATE conversations SET head = head + 1 WHERE id = $1 RETURNING head)
INSERT INTO messages (conversation_id, seq, sender_id, body, client_id)
SELECT $1, head, $2, $3, $4 FROM bumped RETURNING id, seq, created_at`

// How many messages of one connection are stored at the same time.
const atOnce = 16

type said struct {
	Body     string `json:"body"`
	ClientID string `json:"client_id"`
}

type message struct {
	ID             int64     `json:"id"`
	ConversationID int64     `json:"conversation_id"`
	Seq            int64     `json:"seq"`
	SenderID       int64     `json:"sender_id"`
	Body           string    `json:"body"`
	CreatedAt      time.Time `json:"created_at"`
	ClientID       string    `json:"client_id"`
}

type frame struct {
	Type string  `json:"type"`
	Data message `json:"data"`
}

type chat struct {
	node *centrifuge.Node
	pool *pgxpool.Pool
}

// A connection is subscribed by the server to the conversations of its user.
func (c *chat) connecting(ctx context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	credentials, ok := centrifuge.GetCredentials(ctx)
	if !ok {
		return centrifuge.ConnectReply{}, centrifuge.DisconnectBadRequest
	}
	user, err := strconv.ParseInt(credentials.UserID, 10, 64)
	if err != nil {
		return centrifuge.ConnectReply{}, centrifuge.DisconnectBadRequest
	}
	rows, err := c.pool.Query(ctx, memberships, user)
	if err != nil {
		return centrifuge.ConnectReply{}, err
	}
	conversations, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return centrifuge.ConnectReply{}, err
	}
	channels := make(map[string]centrifuge.SubscribeOptions, len(conversations))
	for _, conversation := range conversations {
		channels[strconv.FormatInt(conversation, 10)] = centrifuge.SubscribeOptions{}
	}
	return centrifuge.ConnectReply{Subscriptions: channels}, nil
}

// What waits for the database runs beside the loop that reads the connection, as the library wants it.
func (c *chat) connected(client *centrifuge.Client) {
	places := make(chan struct{}, atOnce)
	client.OnPublish(func(event centrifuge.PublishEvent, reply centrifuge.PublishCallback) {
		var words said
		if err := json.Unmarshal(event.Data, &words); err != nil {
			reply(centrifuge.PublishReply{}, centrifuge.ErrorBadRequest)
			return
		}
		if !client.IsSubscribed(event.Channel) {
			reply(centrifuge.PublishReply{}, centrifuge.ErrorPermissionDenied)
			return
		}
		places <- struct{}{}
		go func() {
			defer func() { <-places }()
			reply(c.say(client.UserID(), event.Channel, words))
		}()
	})
}

// The message is stored, then everybody in the channel hears it, then its sender gets the reply.
func (c *chat) say(sender, channel string, words said) (centrifuge.PublishReply, error) {
	user, err := strconv.ParseInt(sender, 10, 64)
	if err != nil {
		return centrifuge.PublishReply{}, centrifuge.ErrorBadRequest
	}
	conversation, err := strconv.ParseInt(channel, 10, 64)
	if err != nil {
		return centrifuge.PublishReply{}, centrifuge.ErrorUnknownChannel
	}
	stored := message{ConversationID: conversation, SenderID: user, Body: words.Body, ClientID: words.ClientID}
	row := c.pool.QueryRow(context.Background(), appendMessage, conversation, user, words.Body, words.ClientID)
	if err := row.Scan(&stored.ID, &stored.Seq, &stored.CreatedAt); err != nil {
		return centrifuge.PublishReply{}, err
	}
	data, err := json.Marshal(frame{Type: "message.new", Data: stored})
	if err != nil {
		return centrifuge.PublishReply{}, err
	}
	published, err := c.node.Publish(channel, data)
	return centrifuge.PublishReply{Result: &published}, err
}

func withUser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		credentials := &centrifuge.Credentials{UserID: request.URL.Query().Get("user")}
		ctx := centrifuge.SetCredentials(request.Context(), credentials)
		next.ServeHTTP(writer, request.WithContext(ctx))
	})
}

func run() error {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return err
	}
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel:   centrifuge.LogLevelError,
		LogHandler: func(entry centrifuge.LogEntry) { log.Printf("%s: %v", entry.Message, entry.Fields) },
	})
	if err != nil {
		return err
	}
	chat := &chat{node: node, pool: pool}
	node.OnConnecting(chat.connecting)
	node.OnConnect(chat.connected)
	if err := node.Run(); err != nil {
		return err
	}
	http.Handle("/ws", withUser(centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{})))
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}

func main() {
	log.Fatal(run())
}
