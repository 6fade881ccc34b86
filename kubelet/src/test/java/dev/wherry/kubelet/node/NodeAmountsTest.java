package dev.wherry.kubelet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.device.DeviceBook;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.NodeStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeAmountsTest {
  private static Quantity of(long amount) {
    return Quantity.of(amount);
  }

  @Test
  void of_devicesAndHandWrittenResources_showsBothBesideTheMachines() {
    NodeStatus before =
        NodeStatus.builder()
            .capacity(Map.of("cpu", of(9), "example.com/thing", of(7), "example.com/dongle", of(3)))
            .build();
    NodeAmounts amounts =
        NodeAmounts.of(
            before,
            Map.of("cpu", of(2)),
            Map.of("cpu", of(1)),
            Map.of("example.com/thing", new DeviceBook.Amount(of(5), of(4))));
    assertEquals(
        Map.of("cpu", of(2), "example.com/thing", of(5), "example.com/dongle", of(3)),
        amounts.capacity());
    assertEquals(
        Map.of("cpu", of(1), "example.com/thing", of(4), "example.com/dongle", of(3)),
        amounts.allocatable());
  }
}
