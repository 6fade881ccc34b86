package dev.wherry.network.dns.forward;

import dev.wherry.network.dns.message.MalformedException;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResponseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question to one server: by UDP, then by TCP where the answer did not fit, and once more
 * without EDNS for a server that does not know it. Ends exactly once, with its socket closed. On
 * the loop.
 */
final class Attempt {
  /** More strangers than this on one socket are somebody who guesses: TCP cannot be guessed. */
  private static final int STRANGERS_MAX = 8;

  private static final int IDS = 1 << 16;
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int CHECKING_DISABLED = 0x0010;
  private static final int DNSSEC_OK = 0x8000;
  private static final int MESSAGE_BYTES_MAX = 65_535;
  private static final int LENGTH_BYTES = 2;
  private static final int HEADER_BYTES = 12;

  private final Sockets sockets;
  private final Upstream upstream;
  private final Question question;
  private final ForwardFigures figures;
  private final Consumer<Optional<UpstreamMessage>> end;
  private final int id;
  private final Duration atMost;
  private boolean edns = true;
  private int strangers;
  private boolean ended;
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> alarm;

  /**
   * @param id at random
   * @param end gets the answer, or nothing when there was none in time
   */
  Attempt(
      Sockets sockets,
      Upstream upstream,
      Question question,
      int id,
      Duration atMost,
      ForwardFigures figures,
      Consumer<Optional<UpstreamMessage>> end) {
    this.sockets = sockets;
    this.upstream = upstream;
    this.question = question;
    this.id = Math.floorMod(id, IDS);
    this.atMost = atMost;
    this.figures = figures;
    this.end = end;
  }

  void start() {
    alarm =
        sockets
            .loop()
            .schedule(() -> end(Optional.empty()), atMost.toMillis(), TimeUnit.MILLISECONDS);
    figures.sentTo(upstream);
    byDatagram();
  }

  private void byDatagram() {
    opened(sockets.datagrams(upstream.address(), new Ears()));
  }

  private void byStream() {
    close();
    opened(
        sockets.stream(
            upstream.address(),
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel fresh) {
                fresh
                    .pipeline()
                    .addLast(
                        new LengthFieldBasedFrameDecoder(
                            MESSAGE_BYTES_MAX + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
                    .addLast(new LengthFieldPrepender(LENGTH_BYTES))
                    .addLast(new Ears());
              }
            },
            atMost));
  }

  private void opened(ChannelFuture opening) {
    channel = opening.channel();
    opening.addListener(done -> {
      if (!opening.channel().equals(channel)) {
        return;
      }
      if (done.isSuccess()) {
        send(opening.channel());
      } else {
        end(Optional.empty());
      }
    });
  }

  // A message that cannot be sent is one that is not answered.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(Channel to) {
    ByteBuf out = to.alloc().buffer();
    out.writeShort(id);
    out.writeShort(RECURSION_DESIRED | (question.checkingDisabled() ? CHECKING_DISABLED : 0));
    out.writeShort(1).writeInt(0).writeShort(edns ? 1 : 0);
    question.name().writeTo(out);
    out.writeShort(question.type()).writeShort(question.recordClass());
    if (edns) {
      out.writeByte(0).writeShort(RecordType.OPT).writeShort(ResponseWriter.UDP_BYTES);
      out.writeInt(question.dnssecOk() ? DNSSEC_OK : 0).writeShort(0);
    }
    to.writeAndFlush(out);
  }

  private final class Ears extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (!ended) {
          heard(
              message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message,
              message instanceof DatagramPacket);
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // The kernel heard that nobody listens there, or the connection broke.
      end(Optional.empty());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel().equals(channel)) {
        end(Optional.empty());
      }
    }
  }

  private void heard(ByteBuf bytes, boolean datagram) {
    ByteBuf message = bytes.slice();
    UpstreamMessage answer;
    try {
      answer = UpstreamMessage.parse(message);
    } catch (MalformedException e) {
      if (refusedEdns(message)) {
        edns = false;
        restart();
      } else {
        stranger(datagram);
      }
      return;
    }
    if (answer.id() != id || !answer.answers(question)) {
      stranger(datagram);
    } else if (edns && (answer.rcode() == Rcode.FORMERR || answer.rcode() == Rcode.NOTIMP)) {
      edns = false;
      restart();
    } else if (answer.truncated() && datagram) {
      byStream();
    } else {
      end(Optional.of(answer));
    }
  }

  /** Old servers refuse what they do not know with a bare header (RFC 6891, 7). */
  private boolean refusedEdns(ByteBuf message) {
    return edns
        && message.writerIndex() == HEADER_BYTES
        && message.getUnsignedShort(0) == id
        && (message.getUnsignedShort(2) & 0x800f) == (0x8000 | Rcode.FORMERR);
  }

  private void restart() {
    close();
    byDatagram();
  }

  private void stranger(boolean datagram) {
    figures.foreign().increment();
    if (!datagram) {
      end(Optional.empty());
    } else if (++strangers == STRANGERS_MAX) {
      byStream();
    }
  }

  private void end(Optional<UpstreamMessage> answer) {
    if (ended) {
      return;
    }
    ended = true;
    if (alarm != null) {
      alarm.cancel(false);
    }
    close();
    end.accept(answer);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void close() {
    Channel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
