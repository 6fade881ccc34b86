package dev.wherry.apiserver.validation;

import java.util.Set;

/** Priority levels (kubernetes pkg/apis/flowcontrol/validation). */
final class LevelRules {
  private static final int QUEUES_MAX = 10_000_000;

  /** Bits that dealing a hand may use up of a flow's hash (apiserver util/shufflesharding). */
  private static final double ENTROPY_BITS_MAX = 60;

  private LevelRules() {}

  static void level(Field level) {
    Field spec = level.child("spec");
    boolean exempt = level.at("metadata", "name").is("exempt");
    Field type = spec.child("type");
    if (exempt != type.is("Exempt")) {
      type.invalid("type must be 'Exempt' if and only if name is 'exempt'");
    }
    if (type.is("Exempt")) {
      if (spec.child("limited").present()) {
        spec.child("limited").forbidden("must be nil if the type is Exempt");
      }
      shares(spec.child("exempt"));
    } else if (type.is("Limited")) {
      limited(spec);
    } else {
      type.errors().unsupported(type.path(), type.node(), Set.of("Exempt", "Limited"));
    }
    if (level.at("metadata", "name").is("catch-all")) {
      FlowRules.fixed(level, "PriorityLevelConfiguration");
    }
  }

  private static void limited(Field spec) {
    if (spec.child("exempt").present()) {
      spec.child("exempt").forbidden("must be nil if the type is Limited");
    }
    Field limited = spec.child("limited");
    if (!limited.present()) {
      limited.errors().required(limited.path(), "must not be empty when type is Limited");
      return;
    }
    shares(limited);
    Field borrowing = limited.child("borrowingLimitPercent");
    if (borrowing.present() && borrowing.number() < 0) {
      borrowing.invalid("if specified, must be a non-negative integer");
    }
    Field response = limited.child("limitResponse");
    Field queuing = response.child("queuing");
    switch (response.child("type").text()) {
      case "Reject" -> {
        if (queuing.present()) {
          queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
        }
      }
      case "Queue" -> {
        if (!queuing.present()) {
          queuing
              .errors()
              .required(
                  queuing.path(), "must not be empty if limited.limitResponse.type is Limited");
        } else {
          queuing(queuing);
        }
      }
      default ->
          response
              .errors()
              .unsupported(
                  response.child("type").path(),
                  response.child("type").node(),
                  Set.of("Queue", "Reject"));
    }
  }

  private static void shares(Field part) {
    Field shares = part.child("nominalConcurrencyShares");
    if (shares.number() < 0) {
      shares.invalid("must be a non-negative integer");
    }
    Field lendable = part.child("lendablePercent");
    if (lendable.number() < 0 || lendable.number() > 100) {
      lendable.invalid("must be between 0 and 100, inclusive");
    }
  }

  private static void queuing(Field queuing) {
    Field length = queuing.child("queueLengthLimit");
    if (length.number() <= 0) {
      length.invalid("must be positive");
    }
    Field queues = queuing.child("queues");
    if (queues.number() <= 0) {
      queues.invalid("must be positive");
    } else if (queues.number() > QUEUES_MAX) {
      queues.invalid("must not be greater than " + QUEUES_MAX);
    }
    Field hand = queuing.child("handSize");
    if (hand.number() <= 0) {
      hand.invalid("must be positive");
    } else if (hand.number() > queues.number()) {
      hand.invalid("should not be greater than queues (" + queues.number() + ")");
    } else if (entropy(queues.number(), hand.number()) > ENTROPY_BITS_MAX) {
      hand.invalid(
          "required entropy bits of deckSize "
              + queues.number()
              + " and handSize "
              + hand.number()
              + " should not be greater than 60");
    }
  }

  private static double entropy(long queues, long hand) {
    double bits = 0;
    for (long i = 0; i < hand && bits <= ENTROPY_BITS_MAX; i++) {
      bits += Math.log(queues - i) / Math.log(2);
    }
    return bits;
  }
}
