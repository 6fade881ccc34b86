package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request through a node's tunnel, on a connection of its own. */
final class OneCall {
  private OneCall() {}

  /**
   * Puts the handlers onto the connection and sends the request. The last handler completes the
   * answer, and ends the connection when the answer needs it no longer.
   */
  @FunctionalInterface
  interface Opening<T> {
    void open(Channel channel, CompletableFuture<T> answer);
  }

  /**
   * Waits for the answer, whatever its code.
   *
   * @throws java.net.SocketTimeoutException when it is late
   * @throws IOException when the other end cannot be reached
   */
  static <T> T await(
      NodeDialer dialer, String node, DialTarget target, Duration timeout, Opening<T> opening)
      throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    dialer
        .dial(node, target, timeout)
        .whenComplete((channel, failure) -> {
          if (channel == null) {
            answer.completeExceptionally(failure);
          } else {
            opening.open(channel, answer);
          }
        });
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw ServiceCalls.late(timeout, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof TimeoutException dialled) {
        throw ServiceCalls.late(timeout, dialled);
      }
      if (cause instanceof IOException known) {
        throw known;
      }
      throw new IOException(String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(false);
    }
  }

  /** Takes one answer, and the connection ends. */
  // Nobody waits for the connection to be gone.
  @SuppressWarnings("FutureReturnValueIgnored")
  static final class Receiver extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<ServiceCalls.Reply> answer;

    Receiver(CompletableFuture<ServiceCalls.Reply> answer) {
      this.answer = answer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      answer.whenComplete((reply, failure) -> ctx.close());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      answer.complete(
          new ServiceCalls.Reply(
              response.status().code(),
              response.headers().copy(),
              ByteBufUtil.getBytes(response.content())));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.completeExceptionally(new IOException("the connection ended"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      answer.completeExceptionally(cause);
    }
  }
}
