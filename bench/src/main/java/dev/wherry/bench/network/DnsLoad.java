package dev.wherry.bench.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps so many questions under way from one thread: who is answered asks the next. A question that
 * is not answered in time counts as lost and is replaced.
 */
final class DnsLoad implements AutoCloseable {
  private static final int SOCKETS = 8;
  private static final int UNDER_WAY = 128;
  private static final long LOST_NANOS = 200_000_000;
  private static final int MICROS_MAX = 200_000;
  private static final int NANOS_PER_MICRO = 1000;
  private static final int IDS = 1 << 16;

  private final List<DatagramChannel> channels = new ArrayList<>();
  private final long[] sentAt = new long[IDS];
  private final ByteBuffer room = ByteBuffer.allocateDirect(4096);
  private int nextId;
  private int nextName;

  /** What a run gave: answers by the microseconds they took. */
  static final class Result {
    private final long answers;
    private final long lost;
    private final int[] micros;

    Result(long answers, long lost, int[] micros) {
      this.answers = answers;
      this.lost = lost;
      this.micros = micros;
    }

    long answers() {
      return answers;
    }

    long lost() {
      return lost;
    }

    /** The time within which this share of the answers came. */
    int microsAt(double share) {
      long seen = 0;
      for (int i = 0; i < micros.length; i++) {
        seen += micros[i];
        if (seen >= answers * share) {
          return i;
        }
      }
      return micros.length;
    }
  }

  DnsLoad(InetSocketAddress server) throws IOException {
    for (int i = 0; i < SOCKETS; i++) {
      DatagramChannel channel = DatagramChannel.open();
      channel.configureBlocking(false);
      channel.connect(server);
      channels.add(channel);
    }
  }

  Result run(Duration time, int services) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    int[] micros = new int[MICROS_MAX];
    long answers = 0;
    long lost = 0;
    java.util.Arrays.fill(sentAt, 0);
    for (int i = 0; i < UNDER_WAY; i++) {
      ask(channels.get(i % SOCKETS), services);
    }
    long looked = System.nanoTime();
    while (System.nanoTime() < end) {
      for (DatagramChannel channel : channels) {
        room.clear();
        while (channel.read(room) > 0) {
          long now = System.nanoTime();
          int id = room.getShort(0) & 0xffff;
          if (sentAt[id] != 0) {
            long took = (now - sentAt[id]) / NANOS_PER_MICRO;
            micros[(int) Math.min(took, MICROS_MAX - 1)]++;
            sentAt[id] = 0;
            answers++;
            ask(channel, services);
          }
          room.clear();
        }
      }
      if (System.nanoTime() - looked > LOST_NANOS) {
        looked = System.nanoTime();
        lost += replaceLost(looked, services);
      }
    }
    return new Result(answers, lost, micros);
  }

  private int replaceLost(long now, int services) throws IOException {
    int lost = 0;
    for (int id = 0; id < IDS; id++) {
      if (sentAt[id] != 0 && now - sentAt[id] > LOST_NANOS) {
        sentAt[id] = 0;
        lost++;
        ask(channels.get(id % SOCKETS), services);
      }
    }
    return lost;
  }

  private void ask(DatagramChannel channel, int services) throws IOException {
    do {
      nextId = (nextId + 1) % IDS;
    } while (sentAt[nextId] != 0);
    nextName = (nextName + 7919) % services;
    ByteBuffer query = ByteBuffer.allocate(128);
    query.putShort((short) nextId).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0);
    query.putInt(0);
    for (String label : DnsBench.name(nextName).split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
      query.put((byte) bytes.length).put(bytes);
    }
    query.put((byte) 0).putShort((short) 1).putShort((short) 1).flip();
    sentAt[nextId] = System.nanoTime();
    channel.write(query);
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel channel : channels) {
      channel.close();
    }
  }
}
