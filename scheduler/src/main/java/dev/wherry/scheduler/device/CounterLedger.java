package dev.wherry.scheduler.device;

import dev.wherry.model.Quantity;
import dev.wherry.model.resource.v1.Counter;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceCounterConsumption;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.scheduler.view.DeviceId;
import dev.wherry.scheduler.view.DevicePool;
import dev.wherry.scheduler.view.Devices;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What is left of the counters that devices of a pool share (KEP-4815): two partitions of one GPU
 * cannot have the same memory. Of one search.
 */
final class CounterLedger {
  private final Devices devices;
  private final Map<DevicePool, Map<String, Map<String, BigDecimal>>> left =
      new IdentityHashMap<>();

  CounterLedger(Devices devices) {
    this.devices = devices;
  }

  /** Takes what the device consumes; returns false, and takes nothing, where it is not left. */
  boolean take(Candidate candidate) {
    if (candidate.device().consumesCounters().isEmpty()) {
      return true;
    }
    Map<String, Map<String, BigDecimal>> pool =
        left.computeIfAbsent(candidate.pool(), this::untaken);
    change(pool, candidate.device(), -1);
    for (DeviceCounterConsumption consumed : candidate.device().consumesCounters()) {
      Map<String, BigDecimal> set = pool.getOrDefault(consumed.counterSet(), Map.of());
      for (String counter : consumed.counters().keySet()) {
        if (set.getOrDefault(counter, BigDecimal.ZERO).signum() < 0) {
          change(pool, candidate.device(), 1);
          return false;
        }
      }
    }
    return true;
  }

  /** Gives back what was taken. */
  void giveBack(Candidate candidate) {
    Map<String, Map<String, BigDecimal>> pool = left.get(candidate.pool());
    if (pool != null) {
      change(pool, candidate.device(), 1);
    }
  }

  private Map<String, Map<String, BigDecimal>> untaken(DevicePool pool) {
    Map<String, Map<String, BigDecimal>> all = new HashMap<>();
    pool.counters()
        .forEach((set, counters) -> {
          Map<String, BigDecimal> amounts = new HashMap<>();
          counters.forEach((name, counter) -> amounts.put(name, amount(counter)));
          all.put(set, amounts);
        });
    for (ResourceSlice slice : pool.slices()) {
      for (Device device : slice.spec().devices()) {
        if (!device.consumesCounters().isEmpty()
            && devices.isTaken(new DeviceId(pool.driver(), pool.name(), device.name()))) {
          change(all, device, -1);
        }
      }
    }
    return all;
  }

  private static void change(
      Map<String, Map<String, BigDecimal>> pool, Device device, int direction) {
    for (DeviceCounterConsumption consumed : device.consumesCounters()) {
      Map<String, BigDecimal> set = pool.get(consumed.counterSet());
      if (set != null) {
        consumed
            .counters()
            .forEach((name, counter) -> {
              BigDecimal change = amount(counter).multiply(BigDecimal.valueOf(direction));
              set.computeIfPresent(name, (n, before) -> before.add(change));
            });
      }
    }
  }

  private static BigDecimal amount(Counter counter) {
    Quantity value = counter.value();
    return value == null ? BigDecimal.ZERO : value.amount();
  }
}
