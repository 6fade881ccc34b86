package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.fairness.FairQueues.Queuing;
import dev.wherry.apiserver.view.Trees;

/**
 * A PriorityLevelConfiguration object in numbers.
 *
 * @param shares of the server's seats, relative to those of the other levels
 * @param lendablePercent of the level's seats
 * @param borrowingPercent of the level's seats; -1 for no limit
 */
record LevelSettings(
    String name,
    String uid,
    boolean exempt,
    int shares,
    int lendablePercent,
    int borrowingPercent,
    Queuing queuing) {
  private static final int SHARES_DEFAULT = 30;
  private static final double PERCENT = 100;

  static LevelSettings of(ObjectNode object) {
    JsonNode spec = object.path("spec");
    boolean exempt = Trees.text(spec, "type").equals("Exempt");
    JsonNode part = spec.path(exempt ? "exempt" : "limited");
    JsonNode response = part.path("limitResponse");
    JsonNode queuing = response.path("queuing");
    return new LevelSettings(
        Trees.name(object),
        Trees.uid(object),
        exempt,
        part.path("nominalConcurrencyShares").asInt(exempt ? 0 : SHARES_DEFAULT),
        part.path("lendablePercent").asInt(0),
        part.path("borrowingLimitPercent").asInt(-1),
        Trees.text(response, "type").equals("Queue")
            ? new Queuing(
                Math.max(1, queuing.path("queues").asInt(64)),
                Math.max(1, queuing.path("handSize").asInt(8)),
                Math.max(1, queuing.path("queueLengthLimit").asInt(50)))
            : Queuing.NONE);
  }

  /** Rounded up, as upstream: the sum may be a little more than there are. */
  int seats(int all, int sharesOfAll) {
    return sharesOfAll == 0 ? 0 : (int) Math.ceil((double) all * shares / sharesOfAll);
  }

  int lendable(int seats) {
    return (int) Math.round(seats * lendablePercent / PERCENT);
  }

  int borrowable(int seats) {
    return borrowingPercent < 0
        ? Integer.MAX_VALUE / 2
        : (int) Math.round(seats * borrowingPercent / PERCENT);
  }
}
