package dev.wherry.kubelet.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.PodCondition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that was silent finds its pods marked as not ready, and says again what they are. */
class StandingConditionsTest {
  private static PodCondition condition(String type, String status) {
    return PodCondition.builder().type(type).status(status).build();
  }

  @Test
  void ownCondition_changedByAnother_standsAsItIsNow() {
    List<PodCondition> said =
        List.of(condition("Ready", "True"), condition("Gate", "True"), condition("New", "True"));
    List<PodCondition> newest = List.of(condition("Ready", "False"), condition("Gate", "False"));
    assertEquals(
        List.of(condition("Ready", "False"), condition("Gate", "True"), condition("New", "True")),
        PodStatuses.standing(said, newest));
  }
}
