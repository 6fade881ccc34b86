package dev.wherry.network.dns.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.Query;
import dev.wherry.network.dns.message.RecordType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  private final FakeTimer clock = new FakeTimer();

  private static Question question(int number) {
    return new Question(
        DomainName.of("n" + number + ".example"), RecordType.A, RecordType.CLASS_IN, false, false);
  }

  private static UpstreamMessage answer(int number, int ttlSeconds) throws Exception {
    Query query = Messages.read(Messages.query(1, "n" + number + ".example", RecordType.A));
    return UpstreamMessage.parse(
        FakeUpstream.address("192.0.2.1", ttlSeconds).answer(query, false).getFirst());
  }

  @Test
  void put_moreThanFit_dropsWhatWasNotAskedForLongest() throws Exception {
    AnswerCache cache = new AnswerCache(3, 1 << 20, clock);
    for (int i = 0; i < 3; i++) {
      cache.put(question(i), answer(i, 60));
    }
    assertTrue(cache.get(question(0)).isPresent());
    cache.put(question(3), answer(3, 60));

    assertEquals(3, cache.size());
    assertTrue(cache.get(question(0)).isPresent());
    assertTrue(cache.get(question(1)).isEmpty());
  }

  @Test
  void put_moreBytesThanFit_dropsOld() throws Exception {
    AnswerCache cache = new AnswerCache(1000, 2000, clock);
    for (int i = 0; i < 100; i++) {
      cache.put(question(i), answer(i, 60));
    }

    assertTrue(cache.size() < 6, "entries: " + cache.size());
    assertTrue(cache.get(question(99)).isPresent());
  }

  @Test
  void put_longLife_isCutAndNoneIsNotKept() throws Exception {
    AnswerCache cache = new AnswerCache(10, 1 << 20, clock);
    cache.put(question(1), answer(1, 1_000_000));
    cache.put(question(2), answer(2, 0));

    assertTrue(cache.get(question(2)).isEmpty());
    clock.advance(Duration.ofSeconds(AnswerCache.ANSWER_SECONDS_MAX - 1));
    assertTrue(cache.get(question(1)).isPresent());
    clock.advance(Duration.ofSeconds(1));
    assertTrue(cache.get(question(1)).isEmpty());
    assertEquals(0, cache.size());
  }
}
