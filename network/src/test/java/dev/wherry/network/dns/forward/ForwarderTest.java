package dev.wherry.network.dns.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asking others over real sockets: what they may do to us, and what we remember. */
class ForwarderTest {
  private static final int WAIT_SECONDS = 120;

  private final FakeTimer clock = new FakeTimer();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final ForwardFigures figures = ForwardFigures.fresh();
  private final LoopGuard guard = new LoopGuard();
  private final List<FakeUpstream> upstreams = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (FakeUpstream upstream : upstreams) {
      upstream.close();
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private FakeUpstream upstream(FakeUpstream.Script script) throws IOException {
    FakeUpstream made = FakeUpstream.start(script);
    upstreams.add(made);
    return made;
  }

  /** Longer than any server here takes, however busy the machine is. */
  private static final Duration PATIENT = Duration.ofSeconds(20);

  /** For servers that say nothing. */
  private static final Duration HASTY = Duration.ofSeconds(1);

  private static ForwardLimits limits(Duration attempt, int underWayMax) {
    return new ForwardLimits(
        attempt,
        3,
        underWayMax,
        16,
        100,
        100_000,
        Duration.ofMillis(50),
        Duration.ofMillis(50),
        Duration.ofSeconds(5));
  }

  private Forwarder forwarder(List<ForwardRule> rules, FakeUpstream... host) throws Exception {
    return forwarder(limits(PATIENT, 100), rules, host);
  }

  private Forwarder forwarder(ForwardLimits limits, List<ForwardRule> rules, FakeUpstream... host)
      throws Exception {
    List<InetSocketAddress> servers =
        java.util.Arrays.stream(host).map(FakeUpstream::address).toList();
    Forwarder made =
        new Forwarder(
            loop,
            false,
            new Forwarder.Setup(
                rules, () -> servers, List.of(), limits, guard, figures, clock, new Random(7)));
    loop.submit(() -> made.start(servers)).sync();
    return made;
  }

  private static Question question(String name) {
    return new Question(DomainName.of(name), RecordType.A, RecordType.CLASS_IN, false, false);
  }

  private CompletableFuture<Forwarded> begin(Forwarder forwarder, String name) {
    CompletableFuture<Forwarded> answer = new CompletableFuture<>();
    loop.execute(() -> forwarder.ask(question(name), answer::complete));
    return answer;
  }

  private Forwarded ask(Forwarder forwarder, String name) throws Exception {
    return begin(forwarder, name).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static String text(Forwarded answer, String name) throws Exception {
    Forwarded.Answered answered = assertInstanceOf(Forwarded.Answered.class, answer);
    ByteBuf out = Unpooled.buffer();
    answered
        .message()
        .writeTo(
            out,
            Messages.read(Messages.query(1, name, RecordType.A)),
            answered.ageSeconds(),
            65_535);
    return Messages.describe(out);
  }

  private static Forwarded.Reason reason(Forwarded answer) {
    return assertInstanceOf(Forwarded.Failed.class, answer).reason();
  }

  @Test
  void ask_twice_asksOnceWhileTheAnswerLives() throws Exception {
    FakeUpstream upstream = upstream(FakeUpstream.address("192.0.2.1", 60));
    Forwarder forwarder = forwarder(List.of(), upstream);

    assertEquals(
        "NOERROR | a.example. A 192.0.2.1; | |", text(ask(forwarder, "a.example"), "a.example"));
    clock.advance(Duration.ofSeconds(59));
    Forwarded.Answered again =
        assertInstanceOf(Forwarded.Answered.class, ask(forwarder, "A.Example"));
    assertEquals(59, again.ageSeconds());
    assertEquals(1, again.message().answerRecords(59).getFirst().ttlSeconds());
    assertEquals(1, upstream.asked().size());
    clock.advance(Duration.ofSeconds(1));
    ask(forwarder, "a.example");
    assertEquals(2, upstream.asked().size());
    assertEquals(1, figures.hits().sum());
    assertEquals(2, figures.misses().sum());
  }

  @Test
  void ask_absence_isKeptAsItsAuthoritySays() throws Exception {
    FakeUpstream upstream = upstream(FakeUpstream.denial(Rcode.NXDOMAIN, 30));
    Forwarder forwarder = forwarder(List.of(), upstream);

    assertTrue(
        text(ask(forwarder, "no.example"), "no.example").startsWith("NXDOMAIN | | example."));
    clock.advance(Duration.ofSeconds(29));
    ask(forwarder, "no.example");
    assertEquals(1, upstream.asked().size());
    assertEquals(1, figures.denialHits().sum());
    clock.advance(Duration.ofSeconds(1));
    ask(forwarder, "no.example");
    assertEquals(2, upstream.asked().size());
  }

  @Test
  void ask_equalQuestionsAtOnce_areOne() throws Exception {
    FakeUpstream upstream = upstream(FakeUpstream.address("192.0.2.1", 0));
    Forwarder forwarder = forwarder(List.of(), upstream);
    List<CompletableFuture<Forwarded>> answers = new ArrayList<>();
    loop.submit(
            () -> {
              for (int i = 0; i < 10; i++) {
                CompletableFuture<Forwarded> answer = new CompletableFuture<>();
                forwarder.ask(question("a.example"), answer::complete);
                answers.add(answer);
              }
            })
        .sync();

    for (CompletableFuture<Forwarded> answer : answers) {
      text(answer.get(WAIT_SECONDS, TimeUnit.SECONDS), "a.example");
    }
    assertEquals(1, upstream.asked().size());
    assertEquals(9, figures.shared().sum());
  }

  @Test
  void ask_firstServerSilent_nextAnswersAndIsAskedFirstUntilTheFirstIsBack() throws Exception {
    FakeUpstream silent = upstream((_, _) -> List.of());
    FakeUpstream good = upstream(FakeUpstream.address("192.0.2.2", 0));
    Forwarder forwarder = forwarder(limits(HASTY, 100), List.of(), silent, good);

    text(ask(forwarder, "a.example"), "a.example");
    text(ask(forwarder, "b.example"), "b.example");
    assertEquals(2, silent.asked().size());
    text(ask(forwarder, "c.example"), "c.example");
    assertEquals(2, silent.asked().size());
    Eventually.await("probes", () -> figures.probeFailures().sum() > 0);

    silent.become(FakeUpstream.address("192.0.2.1", 0));
    Eventually.await(
        "back",
        () -> {
          try {
            return text(ask(forwarder, "d.example"), "d.example").contains("192.0.2.1");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void ask_serverFails_nextIsAskedAndTheFailureRemembered() throws Exception {
    FakeUpstream broken = upstream(FakeUpstream.denial(Rcode.SERVFAIL, 1));
    FakeUpstream good = upstream(FakeUpstream.address("192.0.2.2", 0));

    assertTrue(
        text(ask(forwarder(List.of(), broken, good), "a.example"), "a.example")
            .contains("192.0.2.2"));
    Forwarder alone = forwarder(List.of(), broken);
    assertEquals(Forwarded.Reason.NO_ANSWER, reason(ask(alone, "b.example")));
    int before = broken.asked().size();
    assertEquals(Forwarded.Reason.NO_ANSWER, reason(ask(alone, "b.example")));
    assertEquals(before, broken.asked().size());
  }

  @Test
  void ask_nobodyListens_failsSoon() throws Exception {
    FakeUpstream gone = upstream((_, _) -> List.of());
    gone.close();

    assertEquals(
        Forwarded.Reason.NO_ANSWER,
        reason(ask(forwarder(limits(HASTY, 100), List.of(), gone), "a.example")));
    assertEquals(Forwarded.Reason.NO_SERVER, reason(ask(forwarder(List.of()), "a.example")));
  }

  @Test
  void ask_forgedAnswersBeforeTheTrueOne_areNotBelieved() throws Exception {
    FakeUpstream upstream =
        upstream((query, _) -> {
          DomainName other = DomainName.of("b.example");
          ByteBuf wrongId =
              FakeUpstream.write(query, FakeUpstream.addresses(query.name(), "203.0.113.6", 60, 1));
          wrongId.setShort(0, query.id() + 1);
          ByteBuf wrongName =
              FakeUpstream.write(
                  Messages.read(Messages.query(query.id(), "b.example", RecordType.A)),
                  FakeUpstream.addresses(other, "203.0.113.6", 60, 1));
          ByteBuf rubbish = Unpooled.wrappedBuffer(new byte[] {1, 2, 3});
          ByteBuf echo = Messages.query(query.id(), query.name().toString(), RecordType.A);
          ByteBuf good =
              FakeUpstream.write(query, FakeUpstream.addresses(query.name(), "192.0.2.1", 60, 1));
          return List.of(wrongId, wrongName, rubbish, echo, good);
        });
    Forwarder forwarder = forwarder(List.of(), upstream);

    assertEquals(
        "NOERROR | a.example. A 192.0.2.1; | |", text(ask(forwarder, "a.example"), "a.example"));
    assertTrue(figures.foreign().sum() >= 4, "foreign: " + figures.foreign().sum());
  }

  @Test
  void ask_manyForgedAnswers_theTrueOneComesByTcp() throws Exception {
    FakeUpstream upstream =
        upstream((query, stream) -> {
          ByteBuf answer =
              FakeUpstream.write(query, FakeUpstream.addresses(query.name(), "192.0.2.1", 60, 1));
          if (stream) {
            return List.of(answer);
          }
          List<ByteBuf> forged = new ArrayList<>();
          for (int i = 1; i <= 20; i++) {
            forged.add(answer.copy().setShort(0, query.id() + i));
          }
          return forged;
        });

    assertTrue(
        text(ask(forwarder(List.of(), upstream), "a.example"), "a.example").contains("192.0.2.1"));
  }

  @Test
  void ask_questions_haveTheirOwnIdsAndPorts() throws Exception {
    FakeUpstream upstream = upstream(FakeUpstream.address("192.0.2.1", 0));
    Forwarder forwarder = forwarder(List.of(), upstream);
    for (int i = 0; i < 40; i++) {
      ask(forwarder, "n" + i + ".example");
    }

    List<Integer> ids = upstream.asked().stream().map(query -> query.id()).toList();
    assertTrue(new HashSet<>(ids).size() > 35, "ids: " + ids);
    assertTrue(new HashSet<>(upstream.ports()).size() > 35, "ports: " + upstream.ports());
    int steps = 0;
    for (int i = 1; i < upstream.ports().size(); i++) {
      steps += upstream.ports().get(i) - upstream.ports().get(i - 1) == 1 ? 1 : 0;
    }
    assertTrue(steps < 10, "ports in a row: " + upstream.ports());
  }

  @Test
  void ask_truncated_isAskedAgainByTcp() throws Exception {
    FakeUpstream upstream =
        upstream((query, stream) -> {
          ByteBuf answer =
              FakeUpstream.write(
                  query, FakeUpstream.addresses(query.name(), "192.0.2.1", 60, stream ? 200 : 3));
          return List.of(stream ? answer : answer.setShort(2, answer.getShort(2) | 0x0200));
        });
    Forwarded.Answered answered =
        assertInstanceOf(
            Forwarded.Answered.class, ask(forwarder(List.of(), upstream), "a.example"));

    assertEquals(200, answered.message().answerRecords(0).size());
    ByteBuf small = Unpooled.buffer();
    answered
        .message()
        .writeTo(small, Messages.read(Messages.query(1, "a.example", RecordType.A)), 0, 512);
    assertTrue(small.writerIndex() <= 512);
    assertTrue(Messages.describe(small).startsWith("NOERROR tc | a.example. A"));
  }

  @Test
  void ask_serverWithoutEdns_isAskedWithout() throws Exception {
    FakeUpstream upstream =
        upstream((query, _) -> {
          if (query.edns().present()) {
            ByteBuf refusal = Unpooled.buffer();
            return List.of(refusal.writeShort(query.id()).writeShort(0x8181).writeLong(0));
          }
          return List.of(
              FakeUpstream.write(query, FakeUpstream.addresses(query.name(), "192.0.2.1", 60, 1)));
        });

    assertTrue(
        text(ask(forwarder(List.of(), upstream), "a.example"), "a.example").contains("192.0.2.1"));
  }

  @Test
  void ask_domainWithARule_goesToItsServers() throws Exception {
    FakeUpstream host = upstream(FakeUpstream.address("192.0.2.1", 60));
    FakeUpstream corp = upstream(FakeUpstream.address("192.0.2.2", 60));
    FakeUpstream deep = upstream(FakeUpstream.address("192.0.2.3", 60));
    Forwarder forwarder =
        forwarder(
            List.of(
                new ForwardRule(DomainName.of("corp"), List.of(corp.address())),
                new ForwardRule(DomainName.of("deep.corp"), List.of(deep.address()))),
            host);

    assertTrue(text(ask(forwarder, "a.corp"), "a.corp").contains("192.0.2.2"));
    assertTrue(text(ask(forwarder, "a.deep.corp"), "a.deep.corp").contains("192.0.2.3"));
    assertTrue(text(ask(forwarder, "a.example"), "a.example").contains("192.0.2.1"));
    assertNotEquals(0, figures.sent().size());
  }

  @Test
  void ask_tooMuchUnderWay_isTurnedAway() throws Exception {
    FakeUpstream silent = upstream((_, _) -> List.of());
    Forwarder forwarder = forwarder(limits(HASTY, 1), List.of(), silent);
    CompletableFuture<Forwarded> first = begin(forwarder, "a.example");

    assertEquals(Forwarded.Reason.BUSY, reason(ask(forwarder, "b.example")));
    assertEquals(Forwarded.Reason.NO_ANSWER, reason(first.get(WAIT_SECONDS, TimeUnit.SECONDS)));
  }

  @Test
  void start_serverThatAsksUs_isLeftOut() throws Exception {
    // What comes back is seen by whoever reads our questions; here the server tells it itself.
    FakeUpstream loops =
        upstream((query, _) -> {
          guard.cameBack(query.name());
          return List.of();
        });
    Forwarder forwarder = forwarder(limits(HASTY, 100), List.of(), loops);

    Eventually.await("found", () -> figures.loops().sum() == 1);
    assertEquals(Forwarded.Reason.NO_SERVER, reason(ask(forwarder, "a.example")));
    loops.become(FakeUpstream.address("192.0.2.1", 60));
    Eventually.await(
        "mended",
        () -> {
          try {
            return ask(forwarder, "a.example") instanceof Forwarded.Answered;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
