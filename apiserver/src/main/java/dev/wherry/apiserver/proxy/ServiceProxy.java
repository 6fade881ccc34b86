package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Sends a client's request on to a Service under the name of whoever asks, and the answer back as
 * it is: any method, streams as they come, upgrades as pipes of bytes.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public final class ServiceProxy {
  private static final String REMOTE = "x-remote-";

  private final Backends backends;
  private final NodeDialer dialer;

  /**
   * @param connectedNodes for endpoints that are on no node
   */
  public ServiceProxy(
      ObjectView view,
      NodeDialer dialer,
      Supplier<Set<String>> connectedNodes,
      RandomGenerator random) {
    this.backends = new Backends(view, connectedNodes, random);
    this.dialer = dialer;
  }

  /**
   * Forwards and waits until the answer has been handed on, or the connection upgraded.
   *
   * @param identity headers that say who asks; the client's own of that sort are dropped
   * @throws ApiException 503 when the Service cannot be reached, 504 when it does not answer
   */
  public void forward(
      Exchange exchange, ServiceCalls.Place place, ServiceTls tls, HttpHeaders identity) {
    Backend backend =
        backends.service(place.namespace(), "https:" + place.service() + ":" + place.port());
    FullHttpRequest request =
        ForwardedRequest.of(exchange, exchange.target(), exchange.asksUpgrade());
    HttpHeaders headers = request.headers();
    for (String name : Set.copyOf(headers.names())) {
      if (name.toLowerCase(Locale.ROOT).startsWith(REMOTE)) {
        headers.remove(name);
      }
    }
    headers.add(identity).set(HttpHeaderNames.HOST, place.host() + ":" + place.port());
    String before = exchange.header("X-Forwarded-For");
    String client = exchange.remoteAddress();
    headers.set("X-Forwarded-For", before.isEmpty() ? client : before + ", " + client);
    Handing handing =
        new Handing(
            Handing.Errors.AS_THEY_ARE,
            false,
            Optional.empty(),
            why ->
                new ApiException(
                    Reason.SERVICE_UNAVAILABLE, "error trying to reach service: " + why));
    new Forwarding(dialer, exchange, handing)
        .run(
            backend.nodeName(),
            backend.target(),
            (channel, answer) -> open(channel, place, tls, answer, request));
  }

  private static void open(
      Channel channel,
      ServiceCalls.Place place,
      ServiceTls tls,
      NodeAnswer answer,
      FullHttpRequest request) {
    channel
        .pipeline()
        .addLast(tls.handler(channel, place))
        .addLast(NodeProxy.HTTP, new HttpClientCodec())
        .addLast(answer);
    channel.config().setAutoRead(true);
    channel.writeAndFlush(request, channel.voidPromise());
  }
}
