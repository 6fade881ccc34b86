package dev.wherry.network.dns.forward;

import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import io.netty.channel.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Asks other servers and remembers what they said. Equal questions under way are one; servers that
 * are silent are asked last and looked after; those that would ask us in turn are not asked at all.
 * Everything happens on its event loop.
 */
public final class Forwarder {
  private static final Logger LOG = System.getLogger(Forwarder.class.getName());

  /**
   * What a forwarder is told.
   *
   * @param rules for single domains; the one for the root, where there is one, takes the host's
   *     place
   * @param hostServers the host's own servers; read on a thread of its own now and then
   * @param ourselves addresses that lead to us
   */
  public record Setup(
      List<ForwardRule> rules,
      Supplier<List<InetSocketAddress>> hostServers,
      List<InetSocketAddress> ourselves,
      ForwardLimits limits,
      LoopGuard guard,
      ForwardFigures figures,
      InstantSource clock,
      RandomGenerator random) {
    public Setup {
      rules = List.copyOf(rules);
      ourselves = List.copyOf(ourselves);
    }
  }

  private record Zone(DomainName domain, UpstreamGroup group) {}

  private final Setup setup;
  private final Sockets sockets;
  private final AnswerCache cache;
  private final List<Zone> zones = new ArrayList<>();
  private final UpstreamGroup host = new UpstreamGroup();
  private final boolean followsHost;
  private final Map<Question, List<Consumer<Forwarded>>> underWay = new HashMap<>();
  private long lookedMillis;
  private volatile int cached;

  /**
   * A forwarder that knows no server before {@link #start}.
   *
   * @param loop on which everything here happens, and where {@link #start} and {@link #ask} are
   *     called
   */
  public Forwarder(EventLoop loop, boolean epoll, Setup setup) {
    this.setup = setup;
    this.sockets = new Sockets(loop, epoll);
    ForwardLimits limits = setup.limits();
    this.cache = new AnswerCache(limits.cacheEntriesMax(), limits.cacheBytesMax(), setup.clock());
    this.followsHost = setup.rules().stream().noneMatch(r -> r.domain().equals(DomainName.ROOT));
  }

  /** Takes the servers up; the host's are read by the caller, who may block. */
  public void start(List<InetSocketAddress> hostServers) {
    for (ForwardRule rule : setup.rules()) {
      Zone zone = new Zone(rule.domain(), new UpstreamGroup());
      replace(zone.group(), rule.servers());
      zones.add(zone);
    }
    zones.sort(Comparator.comparingInt((Zone zone) -> zone.domain().labelCount()).reversed());
    if (followsHost) {
      replace(host, hostServers);
    }
    lookedMillis = setup.clock().millis();
  }

  /** How many answers are kept; any thread. */
  public int cached() {
    return cached;
  }

  /** Finds out; the answer may come before this returns. */
  public void ask(Question question, Consumer<Forwarded> answer) {
    Optional<Forwarded> known = cache.get(question);
    if (known.isPresent()) {
      boolean denial =
          known.get() instanceof Forwarded.Answered(var message, _) && message.isDenial();
      (denial ? setup.figures().denialHits() : setup.figures().hits()).increment();
      answer.accept(known.get());
      return;
    }
    setup.figures().misses().increment();
    lookAtHost();
    List<Consumer<Forwarded>> waiting = underWay.get(question);
    if (waiting != null && waiting.size() < setup.limits().waitersMax()) {
      setup.figures().shared().increment();
      waiting.add(answer);
    } else if (waiting != null || underWay.size() >= setup.limits().underWayMax()) {
      setup.figures().rejected().increment();
      answer.accept(new Forwarded.Failed(Forwarded.Reason.BUSY));
    } else {
      begin(question, answer);
    }
  }

  private void begin(Question question, Consumer<Forwarded> answer) {
    UpstreamGroup group = group(question.name());
    List<Upstream> plan = group.plan(setup.limits().attemptsMax());
    if (plan.isEmpty()) {
      answer.accept(new Forwarded.Failed(Forwarded.Reason.NO_SERVER));
      return;
    }
    List<Consumer<Forwarded>> waiting = new ArrayList<>();
    waiting.add(answer);
    underWay.put(question, waiting);
    next(question, group, plan, 0, Optional.empty());
  }

  private UpstreamGroup group(DomainName name) {
    for (Zone zone : zones) {
      if (name.isWithin(zone.domain())) {
        return zone.group();
      }
    }
    return host;
  }

  /**
   * Asks the next of the plan.
   *
   * @param poor an answer that another may better
   */
  private void next(
      Question question,
      UpstreamGroup group,
      List<Upstream> plan,
      int number,
      Optional<UpstreamMessage> poor) {
    if (number == plan.size()) {
      finish(question, poor);
      return;
    }
    Upstream upstream = plan.get(number);
    attempt(
        upstream,
        question,
        setup.limits().attempt(),
        answer -> {
          if (answer.isEmpty()) {
            silent(group, upstream);
            next(question, group, plan, number + 1, poor);
          } else if (isPoor(answer.get())) {
            upstream.answered();
            next(question, group, others(plan, upstream, number), number + 1, answer);
          } else {
            upstream.answered();
            finish(question, answer);
          }
        });
  }

  /** A server that answered so once will do it again. */
  private static List<Upstream> others(List<Upstream> plan, Upstream upstream, int number) {
    List<Upstream> rest = new ArrayList<>(plan.subList(0, number + 1));
    plan.stream().skip(number + 1L).filter(up -> up != upstream).forEach(rest::add);
    return rest;
  }

  private static boolean isPoor(UpstreamMessage answer) {
    return answer.rcode() != Rcode.NOERROR && answer.rcode() != Rcode.NXDOMAIN;
  }

  private void attempt(
      Upstream upstream,
      Question question,
      Duration atMost,
      Consumer<Optional<UpstreamMessage>> end) {
    new Attempt(sockets, upstream, question, setup.random().nextInt(), atMost, setup.figures(), end)
        .start();
  }

  private void finish(Question question, Optional<UpstreamMessage> answer) {
    Forwarded result;
    if (answer.isPresent() && !isPoor(answer.get())) {
      cache.put(question, answer.get());
      result = new Forwarded.Answered(answer.get(), 0);
    } else {
      result = new Forwarded.Failed(Forwarded.Reason.NO_ANSWER);
      cache.putFailure(question, result);
    }
    cached = cache.size();
    List<Consumer<Forwarded>> waiting = underWay.remove(question);
    if (waiting != null) {
      waiting.forEach(one -> one.accept(result));
    }
  }

  private void silent(UpstreamGroup group, Upstream upstream) {
    boolean before = upstream.healthy();
    upstream.wasSilent();
    if (before && !upstream.healthy()) {
      LOG.log(Level.WARNING, "dns server is silent server={0}", upstream);
    }
    if (!upstream.healthy() && !upstream.probed()) {
      upstream.setProbed(true);
      later(setup.limits().probePause(), () -> probe(group, upstream));
    }
  }

  private void later(Duration pause, Runnable task) {
    var _ = sockets.loop().schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks for the root's servers, which every resolver knows, until there is an answer. */
  private void probe(UpstreamGroup group, Upstream upstream) {
    if (!group.contains(upstream)) {
      return;
    }
    Question question =
        new Question(DomainName.ROOT, RecordType.NS, RecordType.CLASS_IN, false, false);
    attempt(
        upstream,
        question,
        setup.limits().attempt(),
        answer -> {
          if (answer.isPresent()) {
            upstream.answered();
            upstream.setProbed(false);
            LOG.log(Level.INFO, "dns server answers again server={0}", upstream);
          } else {
            setup.figures().probeFailures().increment();
            later(setup.limits().probePause(), () -> probe(group, upstream));
          }
        });
  }

  private void replace(UpstreamGroup group, List<InetSocketAddress> addresses) {
    List<InetSocketAddress> others =
        addresses.stream().filter(address -> !setup.ourselves().contains(address)).toList();
    group.replace(others, upstream -> checkLoop(group, upstream));
  }

  private void checkLoop(UpstreamGroup group, Upstream upstream) {
    boolean[] back = new boolean[1];
    DomainName name =
        setup
            .guard()
            .watch(
                setup.random(),
                () ->
                    sockets
                        .loop()
                        .execute(() -> {
                          back[0] = true;
                          looped(upstream);
                        }));
    Question question = new Question(name, RecordType.HINFO, RecordType.CLASS_IN, false, false);
    attempt(
        upstream,
        question,
        setup.limits().attempt(),
        _ -> {
          setup.guard().forget(name);
          if (!back[0]) {
            upstream.setLooped(false);
          } else if (group.contains(upstream)) {
            later(setup.limits().loopPause(), () -> checkLoop(group, upstream));
          }
        });
  }

  private void looped(Upstream upstream) {
    if (!upstream.looped()) {
      upstream.setLooped(true);
      setup.figures().loops().increment();
      LOG.log(Level.WARNING, "dns server asks us in turn and is left out server={0}", upstream);
    }
  }

  /** Reads the host's configuration again, at most so often and beside the loop. */
  private void lookAtHost() {
    long now = setup.clock().millis();
    if (!followsHost || now - lookedMillis < setup.limits().lookPause().toMillis()) {
      return;
    }
    lookedMillis = now;
    Thread.ofVirtual()
        .name("dns-host-servers")
        .start(() -> {
          List<InetSocketAddress> servers = setup.hostServers().get();
          sockets.loop().execute(() -> replace(host, servers));
        });
  }
}
