package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.upgrade.Inbox;
import dev.wherry.streaming.upgrade.ReadGate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An answer that is read while it comes. What waits for its reader is bounded: beyond that nothing
 * more is read from the connection.
 */
// Nobody waits for the connection to be gone.
@SuppressWarnings("FutureReturnValueIgnored")
final class StreamedAnswer extends SimpleChannelInboundHandler<HttpObject> {
  private static final int INFORMATIONAL = 1;

  private final Channel channel;
  private final CompletableFuture<ServiceCalls.Stream> head;
  private final Inbox<byte[]> waiting;
  private volatile boolean complete;

  /**
   * @param head completes when the answer's code is known
   */
  StreamedAnswer(Channel channel, CompletableFuture<ServiceCalls.Stream> head) {
    this.channel = channel;
    this.head = head;
    this.waiting = new Inbox<>(ReadGate.of(channel));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    head.whenComplete((stream, failure) -> {
      if (failure != null) {
        ctx.close();
      }
    });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpResponse response) {
      int code = response.status().code();
      if (code / 100 != INFORMATIONAL) {
        head.complete(new ServiceCalls.Stream(code, new Body()));
      }
    }
    if (message instanceof HttpContent content && head.isDone()) {
      ByteBuf bytes = content.content();
      if (bytes.isReadable()) {
        waiting.add(ByteBufUtil.getBytes(bytes), bytes.readableBytes());
      }
      if (message instanceof LastHttpContent) {
        complete = true;
        waiting.end();
        ctx.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    head.completeExceptionally(new IOException("the connection ended"));
    waiting.end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    head.completeExceptionally(cause);
    waiting.end();
    ctx.close();
  }

  private final class Body extends InputStream {
    private byte[] chunk = new byte[0];
    private int position;

    @Override
    public int read() throws IOException {
      return fill() ? chunk[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, chunk.length - position);
      System.arraycopy(chunk, position, bytes, offset, count);
      position += count;
      return count;
    }

    @Override
    public int available() {
      return chunk.length - position;
    }

    /** Whether there is a byte to read; waits for one. */
    private boolean fill() throws IOException {
      if (position < chunk.length) {
        return true;
      }
      try {
        Optional<byte[]> next = waiting.take();
        if (next.isPresent()) {
          chunk = next.get();
          position = 0;
          return true;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("given up");
      }
      if (complete) {
        return false;
      }
      throw new IOException("the connection ended before its answer was complete");
    }

    @Override
    public void close() {
      waiting.discard();
      channel.close();
    }
  }
}
