package dev.wherry.network.dns.forward;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.Query;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.Response;
import dev.wherry.network.dns.message.ResponseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A DNS server for tests, on real sockets of the loopback interface. */
public final class FakeUpstream implements AutoCloseable {
  /** What is sent for a question; nothing to be silent, several for forged ones before it. */
  @FunctionalInterface
  public interface Script {
    List<ByteBuf> answer(Query query, boolean stream);
  }

  private final DatagramSocket datagrams;
  private final ServerSocket streams;
  private final List<Query> asked = new CopyOnWriteArrayList<>();
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private volatile Script script;

  private FakeUpstream(DatagramSocket datagrams, ServerSocket streams, Script script) {
    this.datagrams = datagrams;
    this.streams = streams;
    this.script = script;
  }

  public static FakeUpstream start(Script script) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    FakeUpstream made = open(loopback, script);
    Thread.ofPlatform().daemon().start(made::serveDatagrams);
    Thread.ofPlatform().daemon().start(made::serveStreams);
    return made;
  }

  /** The port that is free for connections may be somebody's for datagrams: then another. */
  private static FakeUpstream open(InetAddress loopback, Script script) throws IOException {
    while (true) {
      ServerSocket streams = new ServerSocket(0, 8, loopback);
      try {
        return new FakeUpstream(
            new DatagramSocket(streams.getLocalPort(), loopback), streams, script);
      } catch (BindException taken) {
        streams.close();
      }
    }
  }

  /** Answers as told from now on. */
  public void become(Script next) {
    script = next;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(streams.getInetAddress(), streams.getLocalPort());
  }

  /** Questions so far, loop checks and probes left out. */
  public List<Query> asked() {
    return asked.stream()
        .filter(query -> query.type() != RecordType.HINFO && query.name().labelCount() > 0)
        .toList();
  }

  /** The ports that questions came from. */
  public List<Integer> ports() {
    return List.copyOf(ports);
  }

  /** One address record for any name. */
  public static Script address(String address, int ttlSeconds) {
    return (query, _) -> List.of(write(query, addresses(query.name(), address, ttlSeconds, 1)));
  }

  public static Response addresses(DomainName name, String address, int ttlSeconds, int count) {
    Bytes bytes = Bytes.copyOf(InetAddress.ofLiteral(address).getAddress());
    ResourceRecord record = ResourceRecord.address(name, ttlSeconds, bytes);
    return new Response(
        Rcode.NOERROR, false, java.util.Collections.nCopies(count, record), List.of(), List.of());
  }

  public static ByteBuf write(Query query, Response response) {
    ByteBuf out = Unpooled.buffer();
    ResponseWriter.write(out, query, response, 65_535);
    return out;
  }

  /** Nothing of the kind, to be remembered for so long. */
  public static Script denial(int rcode, int seconds) {
    return (query, _) -> {
      ByteBuf data = Unpooled.buffer();
      DomainName.of("ns.example").writeTo(data);
      DomainName.of("admin.example").writeTo(data);
      data.writeInt(1).writeInt(2).writeInt(3).writeInt(4).writeInt(seconds);
      ResourceRecord authority =
          new ResourceRecord(
              DomainName.of("example"),
              RecordType.SOA,
              3600,
              new ResourceRecord.Data.Raw(Bytes.copyOf(ByteBufUtil.getBytes(data))));
      return List.of(
          write(query, new Response(rcode, false, List.of(), List.of(authority), List.of())));
    };
  }

  private void serveDatagrams() {
    byte[] room = new byte[4096];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(room, room.length);
        datagrams.receive(packet);
        Query query = Messages.read(Unpooled.copiedBuffer(room, 0, packet.getLength()));
        asked.add(query);
        ports.add(packet.getPort());
        for (ByteBuf answer : script.answer(query, false)) {
          byte[] bytes = ByteBufUtil.getBytes(answer);
          datagrams.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
        }
      }
    } catch (IOException e) {
      datagrams.close();
    }
  }

  private void serveStreams() {
    try {
      while (true) {
        try (Socket client = streams.accept()) {
          DataInputStream in = new DataInputStream(client.getInputStream());
          byte[] message = new byte[in.readUnsignedShort()];
          in.readFully(message);
          Query query = Messages.read(Unpooled.wrappedBuffer(message));
          DataOutputStream out = new DataOutputStream(client.getOutputStream());
          for (ByteBuf answer : script.answer(query, true)) {
            out.writeShort(answer.readableBytes());
            out.write(ByteBufUtil.getBytes(answer));
          }
        }
      }
    } catch (IOException e) {
      datagrams.close();
    }
  }

  @Override
  public void close() throws IOException {
    datagrams.close();
    streams.close();
  }
}
