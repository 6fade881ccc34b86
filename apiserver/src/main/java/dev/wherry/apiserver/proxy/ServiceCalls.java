package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Requests of the server's own to Services of the cluster, over HTTPS through a node. */
public final class ServiceCalls {
  /** Bytes of an answer's body. */
  public static final int ANSWER_BYTES_MAX = 16 << 20;

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
   * Where a Service listens.
   *
   * @param port one of the Service's own
   */
  public record Place(String namespace, String service, int port) {
    /** The name that the Service's certificate has to have. */
    public String host() {
      return service + "." + namespace + ".svc";
    }
  }

  /**
   * What is asked of a Service.
   *
   * @param port one of the Service's own
   */
  public record Call(String namespace, String service, int port, String path, byte[] body) {
    Place place() {
      return new Place(namespace, service, port);
    }
  }

  /**
   * A request in full.
   *
   * @param target path and query
   * @param body empty for none
   */
  public record Request(String method, String target, HttpHeaders headers, byte[] body) {
    public static Request get(String target, HttpHeaders headers) {
      return new Request(HttpMethod.GET.name(), target, headers, new byte[0]);
    }

    private FullHttpRequest toHttp() {
      DefaultFullHttpRequest request =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1,
              HttpMethod.valueOf(method),
              target,
              Unpooled.wrappedBuffer(body));
      request.headers().set(headers);
      if (body.length > 0) {
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
      }
      return request;
    }
  }

  /**
   * An answer of any code that is not at its end.
   *
   * @param body to be read by one thread; closing it ends the connection
   */
  public record Stream(int code, InputStream body) {}

  /**
   * An answer of any code.
   *
   * @param body 16 MiB at most
   */
  public record Reply(int code, HttpHeaders headers, byte[] body) {
    /** Whether the code says that all is well. */
    public boolean isGood() {
      return code / 100 == 2;
    }
  }

  /** An answer that did not come in time. */
  public static SocketTimeoutException late(Duration timeout, TimeoutException cause) {
    var late = new SocketTimeoutException("no answer within " + timeout.toMillis() + " ms");
    late.initCause(cause);
    return late;
  }

  /**
   * Posts JSON and waits for the answer, whatever its code.
   *
   * @param tls trusts whom the Service's owner says
   * @throws SocketTimeoutException when the answer is late
   * @throws IOException when the Service cannot be reached
   */
  public Reply post(Call call, SslContext tls, Duration timeout) throws IOException {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            call.path(),
            Unpooled.wrappedBuffer(call.body()));
    request
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.ACCEPT, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, call.body().length);
    return send(call.place(), request, new ServiceTls(tls, true), timeout);
  }

  /**
   * Sends a request and waits for the answer, whatever its code.
   *
   * @throws ApiException 503 when there is no such Service, port or endpoint
   * @throws IOException when the Service cannot be reached, or answers too late
   */
  public Reply send(Place place, Request request, ServiceTls tls, Duration timeout)
      throws IOException {
    return send(place, request.toHttp(), tls, timeout);
  }

  private Reply send(Place place, FullHttpRequest request, ServiceTls tls, Duration timeout)
      throws IOException {
    return call(
        place,
        request,
        timeout,
        (channel, answer) ->
            open(
                channel,
                request,
                tls.handler(channel, place),
                new HttpClientCodec(),
                new HttpContentDecompressor(ANSWER_BYTES_MAX),
                new HttpObjectAggregator(ANSWER_BYTES_MAX),
                new OneCall.Receiver(answer)));
  }

  /**
   * Sends a request and waits for the head of the answer, whatever its code; its body is read as it
   * comes.
   *
   * @param silenceMax on an open answer; then it ends with an error
   * @throws ApiException 503 when there is no such Service, port or endpoint
   * @throws IOException when the Service cannot be reached, or answers too late
   */
  public Stream stream(
      Place place, Request request, ServiceTls tls, Duration timeout, Duration silenceMax)
      throws IOException {
    FullHttpRequest message = request.toHttp();
    return call(
        place,
        message,
        timeout,
        (channel, answer) ->
            open(
                channel,
                message,
                tls.handler(channel, place),
                new ReadTimeoutHandler(silenceMax.toMillis(), TimeUnit.MILLISECONDS),
                new HttpClientCodec(),
                new StreamedAnswer(channel, answer)));
  }

  private <T> T call(
      Place place, FullHttpRequest request, Duration timeout, OneCall.Opening<T> opening)
      throws IOException {
    Backend backend =
        backends.service(place.namespace(), "https:" + place.service() + ":" + place.port());
    request.headers().set(HttpHeaderNames.HOST, place.host() + ":" + place.port());
    return OneCall.await(dialer, backend.nodeName(), backend.target(), timeout, opening);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void open(Channel channel, FullHttpRequest request, ChannelHandler... handlers) {
    channel.pipeline().addLast(handlers);
    channel.config().setAutoRead(true);
    channel.writeAndFlush(request);
  }
}
