package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Requests of the server's own to kubelets, through their nodes' tunnels. */
public final class NodeCalls {
  /** Bytes of an answer: about as many lines as ten thousand containers make. */
  private static final int ANSWER_BYTES_MAX = 16 << 20;

  private final NodeDialer dialer;
  private final Supplier<SslContext> tls;

  /**
   * @param tls a client context with the identity {@code kube-apiserver-kubelet-client} that trusts
   *     the cluster's authority; asked for every connection
   */
  public NodeCalls(NodeDialer dialer, Supplier<SslContext> tls) {
    this.dialer = dialer;
    this.tls = tls;
  }

  /**
   * The text that a node's kubelet has under a path; blocking.
   *
   * @param timeout until the whole answer is there
   * @throws IOException when it does not come, or is an error
   */
  public String get(String nodeName, String path, Duration timeout) throws IOException {
    CompletableFuture<String> answer = new CompletableFuture<>();
    dialer
        .dial(nodeName, new DialTarget.Kubelet(), timeout)
        .whenComplete((channel, failure) -> {
          if (channel == null) {
            answer.completeExceptionally(failure);
          } else {
            open(channel, nodeName, path, answer);
          }
        });
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw ServiceCalls.late(timeout, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(false);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void open(
      Channel channel, String nodeName, String path, CompletableFuture<String> answer) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set(HttpHeaderNames.HOST, NodeProxy.HOST);
    SslHandler ssl = tls.get().newHandler(channel.alloc());
    channel
        .pipeline()
        .addLast(
            ssl,
            new RightNode(nodeName, ssl, request),
            new HttpClientCodec(),
            new HttpObjectAggregator(ANSWER_BYTES_MAX),
            new Receiver(answer));
    answer.whenComplete((text, failure) -> channel.close());
    channel.config().setAutoRead(true);
  }

  /** Takes one answer. */
  private static final class Receiver extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<String> answer;

    Receiver(CompletableFuture<String> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      String text = response.content().toString(StandardCharsets.UTF_8);
      if (response.status().code() == 200) {
        answer.complete(text);
      } else {
        answer.completeExceptionally(
            new IOException("the kubelet answered " + response.status().code()));
      }
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
