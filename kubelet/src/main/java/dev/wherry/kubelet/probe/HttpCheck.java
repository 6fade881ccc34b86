package dev.wherry.kubelet.probe;

import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.HTTPHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * HTTP and HTTPS as probes and hooks speak them: redirects to the same host are followed, ten at
 * the most; one to another host is an answer (rule: {@code pkg/probe/http/http.go}).
 */
public final class HttpCheck {
  private static final int REQUESTS_MAX = 10;
  private static final int OK = 200;
  private static final int REDIRECTS = 300;
  private static final int BAD = 400;

  private final List<HTTPHeader> given;
  private final String agent;
  private final long deadlineNanos;

  /** Where the last request went. */
  private HttpUrl at;

  private HttpCheck(HTTPGetAction action, HttpUrl first, String agent, Duration timeout) {
    this.given = action.httpHeaders();
    this.at = first;
    this.agent = agent;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** Looks once: success is 200 to 299, a redirect that is not followed a warning. */
  static ProbeResult probe(HTTPGetAction action, String host, int port, Duration timeout) {
    HttpUrl url = HttpUrl.of(action.scheme(), host, port, action.path());
    HttpCheck check = new HttpCheck(action, url, "kube-probe/1.36", timeout);
    try {
      HttpFetch.Page page = check.follow();
      if (page.status() < OK || page.status() >= BAD) {
        // The body may hold secrets of the container's, and events are read by many.
        return ProbeResult.failure("HTTP probe failed with statuscode: " + page.status());
      }
      return page.status() < REDIRECTS
          ? ProbeResult.success()
          : ProbeResult.warning("Probe terminated redirects, Response body: " + page.body());
    } catch (HttpFailure e) {
      return e.headCame() ? ProbeResult.broken(e.text()) : ProbeResult.failure(check.because(e));
    }
  }

  /**
   * What came of a hook's request.
   *
   * @param withoutTls whether HTTP was spoken where HTTPS was asked for
   */
  public record Hooked(Optional<String> failure, boolean withoutTls) {}

  /**
   * Calls a hook: it was called whatever it answers. One that speaks plain HTTP where HTTPS was
   * asked for is called so (rule: {@code pkg/kubelet/lifecycle/handlers.go}).
   */
  public static Hooked hook(HTTPGetAction action, String host, int port, Duration timeout) {
    HttpUrl url = HttpUrl.of(action.scheme(), host, port, action.path());
    HttpCheck check = new HttpCheck(action, url, "kube-lifecycle/1.36", timeout);
    Optional<HttpFailure> failure = check.call();
    if (failure.isEmpty()) {
      return new Hooked(Optional.empty(), false);
    }
    String why = check.because(failure.get());
    if (failure.get().text().equals(HttpFetch.PLAIN_ANSWER)) {
      check.at = url.withoutTls();
      if (check.call().isEmpty()) {
        return new Hooked(Optional.empty(), true);
      }
    }
    return new Hooked(Optional.of(why), false);
  }

  private Optional<HttpFailure> call() {
    try {
      follow();
      return Optional.empty();
    } catch (HttpFailure e) {
      return e.headCame() ? Optional.empty() : Optional.of(e);
    }
  }

  private String because(HttpFailure e) {
    return "Get \"" + at + "\": " + e.text();
  }

  private HttpFetch.Page follow() throws HttpFailure {
    String origin = at.host();
    Optional<String> name = header("Host").filter(value -> !value.isEmpty());
    for (int requests = 1; ; requests++) {
      HttpFetch.Page page = HttpFetch.get(at, head(name.orElse(at.authority())), deadlineNanos);
      String location = page.location();
      if (location == null || location.isEmpty() || !isRedirect(page.status())) {
        return page;
      }
      HttpUrl next;
      try {
        next = at.resolve(location);
      } catch (IllegalArgumentException e) {
        throw new HttpFailure(String.valueOf(e.getMessage()), false);
      }
      if (!next.host().equalsIgnoreCase(origin)) {
        return page;
      }
      at = next;
      if (requests == REQUESTS_MAX) {
        throw new HttpFailure("stopped after 10 redirects", false);
      }
      if (location.contains("://")) {
        // The name that was given belongs to the first URL.
        name = Optional.empty();
      }
    }
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private List<Map.Entry<String, String>> head(String host) {
    List<Map.Entry<String, String>> lines = new ArrayList<>();
    lines.add(Map.entry("Host", host));
    header("User-Agent")
        .or(() -> Optional.of(agent))
        .ifPresent(value -> add(lines, "User-Agent", value));
    header("Accept").or(() -> Optional.of("*/*")).ifPresent(value -> add(lines, "Accept", value));
    for (HTTPHeader each : given) {
      if (!isOneOf(each.name(), "Host", "User-Agent", "Accept", "Connection")) {
        lines.add(Map.entry(each.name(), each.value()));
      }
    }
    return lines;
  }

  /** One that is given empty is left out. */
  private static void add(List<Map.Entry<String, String>> lines, String name, String value) {
    if (!value.isEmpty()) {
      lines.add(Map.entry(name, value));
    }
  }

  private static boolean isOneOf(String name, String... names) {
    return List.of(names).stream().anyMatch(name::equalsIgnoreCase);
  }

  private Optional<String> header(String name) {
    return given.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(HTTPHeader::value)
        .findFirst();
  }
}
