package dev.wherry.network.dns.server;

import dev.wherry.network.dns.forward.Forwarded;
import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.forward.LoopGuard;
import dev.wherry.network.dns.forward.Question;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Query;
import dev.wherry.network.dns.message.QueryReader;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.Reading;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.Response;
import dev.wherry.network.dns.message.ResponseWriter;
import dev.wherry.network.dns.zone.ClusterZone;
import dev.wherry.network.dns.zone.Finding;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides what becomes of a message: dropped, refused, answered from the zone, or asked of others.
 * On its loop.
 *
 * @param random for the order of addresses
 */
record Desk(
    ClusterZone zone,
    Forwarder forwarder,
    LoopGuard guard,
    ClientNetworks clients,
    ClientLimits limits,
    DnsFigures figures,
    RandomGenerator random) {
  private static final Logger LOG = System.getLogger(Desk.class.getName());
  private static final int STREAM_BYTES_MAX = 65_535;

  /** The way back to who asked. */
  interface Reply {
    /** A buffer for the answer; exactly one of the other two takes it. */
    ByteBuf buffer();

    void send(ByteBuf answer);

    /** There will be no answer. */
    void drop();
  }

  /** Takes a message; its answer may leave before this returns. */
  void take(ByteBuf message, InetAddress client, Transport transport, Reply reply) {
    if (!clients.contain(client)) {
      figures.refusedClient();
      reply.drop();
    } else if (!limits.admits(client)) {
      figures.limited();
      reply.drop();
    } else {
      read(message, transport, reply);
    }
  }

  private void read(ByteBuf message, Transport transport, Reply reply) {
    switch (QueryReader.read(message.slice())) {
      case Reading.Silent _ -> {
        figures.malformed();
        reply.drop();
      }
      case Reading.Wrong wrong -> {
        figures.malformed();
        ByteBuf out = reply.buffer();
        ResponseWriter.write(out, wrong);
        reply.send(out);
      }
      case Reading.Asked(var query) -> {
        figures.asked(transport, query.type());
        int bytesMax =
            transport == Transport.TCP
                ? STREAM_BYTES_MAX
                : Math.min(query.edns().udpBytes(), ResponseWriter.UDP_BYTES);
        Client asking = new Client(query, reply, bytesMax, System.nanoTime());
        try {
          answer(asking);
        } catch (RuntimeException e) {
          figures.failure();
          LOG.log(Level.ERROR, "question not answered name=" + query.name(), e);
          send(asking, Response.of(Rcode.SERVFAIL), false);
        }
      }
    }
  }

  private record Client(Query query, Reply reply, int bytesMax, long startNanos) {}

  private void answer(Client client) {
    Query query = client.query();
    if (query.edns().version() > 0) {
      send(client, Response.of(Rcode.BADVERS), false);
    } else if (query.recordClass() != RecordType.CLASS_IN) {
      send(client, Response.of(Rcode.REFUSED), false);
    } else if (query.type() == RecordType.ANY) {
      send(client, AnyAnswer.to(query.name()), false);
    } else if ((query.type() >= RecordType.FIRST_REQUEST && query.type() < RecordType.ANY)
        || query.type() == RecordType.OPT
        || query.type() == 0) {
      send(client, Response.of(Rcode.NOTIMP), false);
    } else if (query.type() == RecordType.HINFO && guard.cameBack(query.name())) {
      client.reply().drop();
    } else {
      find(client);
    }
  }

  private void find(Client client) {
    Query query = client.query();
    switch (zone.find(query.name(), query.type())) {
      case Finding.Known(var response) ->
          send(client, response.rotated(turn(response.answers().size())), true);
      case Finding.NotReady _ -> send(client, Response.of(Rcode.SERVFAIL), true);
      case Finding.Outside _ -> {
        if (query.recursionDesired()) {
          forwarder.ask(Question.of(query, query.name()), found -> pass(client, found));
        } else {
          send(client, Response.of(Rcode.REFUSED), false);
        }
      }
      case Finding.Follow(var chain, var target) -> follow(client, chain, target);
    }
  }

  private int turn(int count) {
    return count < 2 ? 0 : random.nextInt(count);
  }

  private void pass(Client client, Forwarded found) {
    switch (found) {
      case Forwarded.Answered(var message, int age) -> {
        ByteBuf out = client.reply().buffer();
        message.writeTo(out, client.query(), age, client.bytesMax());
        sent(client, out, false, message.rcode());
      }
      case Forwarded.Failed _ -> send(client, Response.of(Rcode.SERVFAIL), false);
    }
  }

  /** A stub resolver does not follow aliases: the whole way is answered. */
  private void follow(Client client, List<ResourceRecord> chain, DomainName target) {
    if (!client.query().recursionDesired()) {
      send(client, new Response(Rcode.NOERROR, true, chain, List.of(), List.of()), true);
      return;
    }
    forwarder.ask(
        Question.of(client.query(), target),
        found -> {
          switch (found) {
            case Forwarded.Answered(var message, int age) -> {
              List<ResourceRecord> answers = new ArrayList<>(chain);
              answers.addAll(message.answerRecords(age));
              send(
                  client,
                  new Response(message.rcode(), false, answers, List.of(), List.of()),
                  true);
            }
            case Forwarded.Failed _ -> send(client, Response.of(Rcode.SERVFAIL), true);
          }
        });
  }

  private void send(Client client, Response response, boolean own) {
    ByteBuf out = client.reply().buffer();
    ResponseWriter.write(out, client.query(), response, client.bytesMax());
    sent(client, out, own, response.rcode());
  }

  private void sent(Client client, ByteBuf out, boolean own, int rcode) {
    client.reply().send(out);
    figures.answered(own, rcode, System.nanoTime() - client.startNanos());
  }
}
