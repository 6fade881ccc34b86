package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.DeviceClaimWriter;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.view.DeviceChoice;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The claims of a pod that is about to be bound. */
final class DeviceReservation implements Reservation {
  private final PodView pod;
  private final List<DeviceChoice> choices;
  private final Devices devices;
  private final DeviceClaimWriter writer;

  /** Of the binding's thread until the binding has ended, then of the loop. */
  private final List<DeviceChoice> written = new ArrayList<>();

  DeviceReservation(
      PodView pod, List<DeviceChoice> choices, Devices devices, DeviceClaimWriter writer) {
    this.pod = pod;
    this.choices = List.copyOf(choices);
    this.devices = devices;
    this.writer = writer;
  }

  @Override
  public Optional<String> fulfil() {
    for (DeviceChoice choice : choices) {
      Optional<String> failure = writer.reserve(pod, choice);
      if (failure.isPresent()) {
        return failure;
      }
      written.add(choice);
    }
    return Optional.empty();
  }

  @Override
  public void undo() {
    written.forEach(choice -> writer.unreserve(pod, choice.claim()));
  }

  /** Devices that were written are the claim's until the API shows what became of them. */
  @Override
  public void release() {
    for (DeviceChoice choice : choices) {
      if (choice.allocation().isPresent() && !written.contains(choice)) {
        devices.release(choice.claim());
      }
    }
  }
}
