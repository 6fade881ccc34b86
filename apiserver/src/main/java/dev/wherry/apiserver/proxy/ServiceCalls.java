package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Requests of the server's own to Services of the cluster, over HTTPS through a node. */
public final class ServiceCalls {
  private static final int ANSWER_BYTES_MAX = 16 << 20;

  private final Backends backends;
  private final NodeDialer dialer;

  /**
   * @param connectedNodes for endpoints that are on no node
   */
  public ServiceCalls(
      ObjectView view,
      NodeDialer dialer,
      Supplier<Set<String>> connectedNodes,
      RandomGenerator random) {
    this.backends = new Backends(view, connectedNodes, random);
    this.dialer = dialer;
  }

  /**
   * What is asked of a Service.
   *
   * @param port one of the Service's own
   */
  public record Call(String namespace, String service, int port, String path, byte[] body) {
    /** The name that the Service's certificate has to have. */
    public String host() {
      return service + "." + namespace + ".svc";
    }
  }

  /**
   * Posts JSON and waits for an answer.
   *
   * @param tls trusts whom the Service's owner says
   * @throws IOException when the Service cannot be reached, or answers with an error, or too late
   */
  public byte[] post(Call call, SslContext tls, Duration timeout) throws IOException {
    Backend backend =
        backends.service(call.namespace(), "https:" + call.service() + ":" + call.port());
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    dialer
        .dial(backend.nodeName(), backend.target(), timeout)
        .whenComplete((channel, failure) -> {
          if (channel == null) {
            answer.completeExceptionally(failure);
          } else {
            send(channel, call, tls, answer);
          }
        });
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeout.toSeconds() + " s", e);
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
  private static void send(
      Channel channel, Call call, SslContext tls, CompletableFuture<byte[]> answer) {
    var handler = tls.newHandler(channel.alloc(), call.host(), call.port());
    var parameters = handler.engine().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    handler.engine().setSSLParameters(parameters);
    channel
        .pipeline()
        .addLast(
            handler,
            new HttpClientCodec(),
            new HttpObjectAggregator(ANSWER_BYTES_MAX),
            new Receiver(answer));
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            call.path(),
            Unpooled.wrappedBuffer(call.body()));
    request
        .headers()
        .set(HttpHeaderNames.HOST, call.host() + ":" + call.port())
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.ACCEPT, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, call.body().length);
    answer.whenComplete((bytes, failure) -> channel.close());
    channel.config().setAutoRead(true);
    channel.writeAndFlush(request);
  }

  /** Takes one answer. */
  private static final class Receiver extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<byte[]> answer;

    Receiver(CompletableFuture<byte[]> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      if (response.status().code() / 100 == 2) {
        answer.complete(ByteBufUtil.getBytes(response.content()));
      } else {
        answer.completeExceptionally(
            new IOException("the server answered " + response.status().code()));
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
