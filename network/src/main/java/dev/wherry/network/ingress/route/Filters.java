package dev.wherry.network.ingress.route;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What happens to a rule's requests on their way.
 *
 * @param host that the backend sees; "" for the client's
 * @param requestTimeout until the answer is complete; zero for none
 * @param attemptTimeout until a backend's answer is complete; zero for none
 */
public record Filters(
    HeaderEdits request,
    HeaderEdits response,
    String host,
    PathEdit path,
    List<Mirror> mirrors,
    Duration requestTimeout,
    Duration attemptTimeout,
    Retries retries) {
  public static final Filters NONE =
      new Filters(
          HeaderEdits.NONE,
          HeaderEdits.NONE,
          "",
          PathEdit.Keep.ALL,
          List.of(),
          Duration.ZERO,
          Duration.ZERO,
          Retries.NONE);

  public Filters {
    mirrors = List.copyOf(mirrors);
  }

  /**
   * A copy of some requests goes there too; its answer is thrown away.
   *
   * @param numerator of the share, with the denominator
   */
  public record Mirror(BackendKey target, int numerator, int denominator) {}

  /**
   * Other attempts after an answer with one of these codes, for requests without a body.
   *
   * @param attemptsMax beside the first
   */
  public record Retries(Set<Integer> codes, int attemptsMax, Duration pause) {
    public static final Retries NONE = new Retries(Set.of(), 0, Duration.ZERO);

    public Retries {
      codes = Set.copyOf(codes);
    }
  }
}
