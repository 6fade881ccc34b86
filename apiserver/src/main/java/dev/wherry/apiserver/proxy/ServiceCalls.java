package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
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
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
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
   * Asks for a path and waits for the answer, whatever its code.
   *
   * @throws ApiException 503 when there is no such Service, port or endpoint
   * @throws IOException when the Service cannot be reached, or answers too late
   */
  public Reply get(Place place, String path, HttpHeaders headers, ServiceTls tls, Duration timeout)
      throws IOException {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set(headers);
    return send(place, request, tls, timeout);
  }

  private Reply send(Place place, FullHttpRequest request, ServiceTls tls, Duration timeout)
      throws IOException {
    Backend backend =
        backends.service(place.namespace(), "https:" + place.service() + ":" + place.port());
    request.headers().set(HttpHeaderNames.HOST, place.host() + ":" + place.port());
    return OneCall.await(
        dialer,
        backend.nodeName(),
        backend.target(),
        timeout,
        (channel, receiver) -> open(channel, place, request, tls, receiver));
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void open(
      Channel channel,
      Place place,
      FullHttpRequest request,
      ServiceTls tls,
      OneCall.Receiver receiver) {
    channel
        .pipeline()
        .addLast(
            tls.handler(channel, place),
            new HttpClientCodec(),
            new HttpContentDecompressor(ANSWER_BYTES_MAX),
            new HttpObjectAggregator(ANSWER_BYTES_MAX),
            receiver);
    channel.config().setAutoRead(true);
    channel.writeAndFlush(request);
  }
}
