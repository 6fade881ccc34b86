package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.DialException;
import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One request on its way to a backend: dials, lets the request out, waits for the answer. */
// Nobody waits for the backend's connection to be gone.
@SuppressWarnings("FutureReturnValueIgnored")
final class Forwarding {
  /** Until the far end has accepted. */
  private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(10);

  private final NodeDialer dialer;
  private final Exchange exchange;
  private final Handing handing;

  Forwarding(NodeDialer dialer, Exchange exchange, Handing handing) {
    this.dialer = dialer;
    this.exchange = exchange;
    this.handing = handing;
  }

  /**
   * Runs to the end of the answer, or until the connection is upgraded; blocking.
   *
   * @param open sets the new connection up and sends the request; on its event loop
   * @throws ApiException when the backend cannot be reached, or refuses
   */
  void run(String nodeName, DialTarget target, BiConsumer<Channel, NodeAnswer> open) {
    NodeAnswer answer = new NodeAnswer(exchange, handing);
    try {
      Channel backend = dialer.dial(nodeName, target, DIAL_TIMEOUT).toCompletableFuture().get();
      exchange.channel().closeFuture().addListener(closed -> backend.close());
      backend.eventLoop().execute(() -> open.accept(backend, answer));
      answer.done().get();
    } catch (ExecutionException | CompletionException e) {
      throw refusal(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw handing.unreachable().apply("the server is stopping");
    }
  }

  private ApiException refusal(@Nullable Throwable cause) {
    return switch (cause) {
      case ApiException refusal -> refusal;
      case DialException dial when dial.timedOut() ->
          new ApiException(
              Reason.TIMEOUT,
              handing.unreachable().apply(String.valueOf(dial.getMessage())).text());
      case DialException dial -> handing.unreachable().apply(String.valueOf(dial.getMessage()));
      case null, default -> handing.unreachable().apply(String.valueOf(cause));
    };
  }
}
