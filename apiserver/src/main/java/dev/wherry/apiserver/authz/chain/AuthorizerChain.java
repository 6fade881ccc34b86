package dev.wherry.apiserver.authz.chain;

import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.AuthorizerType;
import dev.wherry.apiserver.authz.UnionAuthorizer;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.FileFollower;
import dev.wherry.apiserver.webhook.KubeconfigWebhook;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whom the authoriser asks. Without a file Node and RBAC; with one as it says, also when it changes
 * while the server runs, but for those that are no webhooks: they may change places only.
 */
public final class AuthorizerChain implements AutoCloseable {
  private static final Authorizer NOBODY = _ -> new Authorizer.Verdict.NoOpinion("");

  private final InstantSource clock;
  private final Duration firstPause;
  private final Duration every;
  private final Optional<FileFollower> follower;
  private final String file;
  private final ChainCounts counts = new ChainCounts();
  private volatile Links links;
  private volatile Map<AuthorizerType, Authorizer> builtIn = Map.of();
  private volatile Authorizer asked = new UnionAuthorizer(List.of());

  /** The webhooks stand beside the entries that they are of. */
  private record Links(AuthorizationConfig config, Map<String, ReviewWebhook> webhooks) {
    void close() {
      webhooks.values().forEach(ReviewWebhook::close);
    }
  }

  private AuthorizerChain(
      Optional<Path> file, InstantSource clock, Duration every, Duration firstPause) {
    this.clock = clock;
    this.every = every;
    this.firstPause = firstPause;
    this.file = file.map(Path::toString).orElse("");
    this.follower = file.map(path -> new FileFollower("authorization", path, clock, this::load));
    this.links =
        linked(
            follower
                .map(first -> AuthorizationConfig.parse(this.file, first.first()))
                .orElse(AuthorizationConfig.STANDARD));
  }

  /** Node and RBAC. */
  public static AuthorizerChain standard(InstantSource clock) {
    return new AuthorizerChain(
        Optional.empty(), clock, Duration.ZERO, KubeconfigWebhook.FIRST_PAUSE);
  }

  /**
   * As a file says; it is followed once the chain is complete.
   *
   * @param every how often the file is looked at
   * @throws ConfigException telling all that is wrong
   */
  public static AuthorizerChain follow(Path file, InstantSource clock, Duration every) {
    return follow(file, clock, every, KubeconfigWebhook.FIRST_PAUSE);
  }

  static AuthorizerChain follow(
      Path file, InstantSource clock, Duration every, Duration firstPause) {
    return new AuthorizerChain(Optional.of(file), clock, every, firstPause);
  }

  /** Completes the chain by those who answer from memory, and begins to follow the file. */
  public Authorizer over(Authorizer node, Authorizer rbac) {
    builtIn = Map.of(AuthorizerType.NODE, node, AuthorizerType.RBAC, rbac);
    asked = union(links);
    follower.ifPresent(started -> started.every(every));
    return request -> asked.authorize(request);
  }

  /** Who is asked now, in order. */
  public List<AuthorizerType> types() {
    return links.config().authorizers().stream().map(AuthorizationConfig.Entry::type).toList();
  }

  /** Looks at the file, and tells what became of that. */
  public Optional<FileFollower> follower() {
    return follower;
  }

  /** What is counted, by the names of upstream's metrics. */
  public Map<String, Tally> counts() {
    return counts.byName();
  }

  private void load(byte[] bytes) {
    AuthorizationConfig config = AuthorizationConfig.parse(file, bytes);
    Set<AuthorizerType> before = links.config().builtIn();
    if (!config.builtIn().equals(before)) {
      throw new ConfigException(
          file,
          List.of(
              "authorizers: the types that are no webhooks must stay those of the start: "
                  + before.stream().map(AuthorizerType::text).sorted().toList()));
    }
    // Webhooks of before end by themselves, when their last call has.
    links = linked(config);
    asked = union(links);
  }

  private Links linked(AuthorizationConfig config) {
    Map<String, ReviewWebhook> webhooks = new LinkedHashMap<>();
    try {
      for (AuthorizationConfig.Entry entry : config.authorizers()) {
        entry
            .webhook()
            .ifPresent(settings ->
                webhooks.put(
                    entry.name(),
                    new ReviewWebhook(entry.name(), settings, clock, firstPause, counts)));
      }
    } catch (ConfigException e) {
      webhooks.values().forEach(ReviewWebhook::close);
      throw e;
    }
    return new Links(config, webhooks);
  }

  private Authorizer union(Links from) {
    List<Authorizer> all = new ArrayList<>();
    for (AuthorizationConfig.Entry entry : from.config().authorizers()) {
      all.add(counted(entry, judge(entry, from)));
    }
    return new UnionAuthorizer(all);
  }

  private Authorizer judge(AuthorizationConfig.Entry entry, Links from) {
    return switch (entry.type()) {
      case ALWAYS_ALLOW -> _ -> new Authorizer.Verdict.Allowed("");
      case ALWAYS_DENY -> _ -> new Authorizer.Verdict.NoOpinion("Everything is forbidden.");
      case NODE, RBAC -> builtIn.getOrDefault(entry.type(), NOBODY);
      case WEBHOOK ->
          Optional.<Authorizer>ofNullable(from.webhooks().get(entry.name())).orElse(NOBODY);
    };
  }

  /** Counts the answers that end the question. */
  private Authorizer counted(AuthorizationConfig.Entry entry, Authorizer judge) {
    LongAdder allowed = decisions(entry, "allowed");
    LongAdder denied = decisions(entry, "denied");
    return (AccessRequest request) -> {
      Authorizer.Verdict verdict = judge.authorize(request);
      switch (verdict) {
        case Authorizer.Verdict.Allowed _ -> allowed.increment();
        case Authorizer.Verdict.Denied _ -> denied.increment();
        case Authorizer.Verdict.NoOpinion _ -> {}
      }
      return verdict;
    };
  }

  private LongAdder decisions(AuthorizationConfig.Entry entry, String decision) {
    return counts
        .decisions()
        .of("type", entry.type().text(), "name", entry.name(), "decision", decision);
  }

  @Override
  public void close() {
    follower.ifPresent(FileFollower::close);
    links.close();
  }
}
