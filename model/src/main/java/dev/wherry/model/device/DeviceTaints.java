package dev.wherry.model.device;

import dev.wherry.model.resource.v1.DeviceTaint;
import dev.wherry.model.resource.v1.DeviceToleration;
import java.util.List;

/** Taints of devices and who puts up with them (resourceclaim.ToleratesTaint; KEP-5055). */
public final class DeviceTaints {
  private static final String NO_EXECUTE = "NoExecute";

  private DeviceTaints() {}

  /** Whether it ends pods that use the device already. */
  public static boolean evicts(DeviceTaint taint) {
    return taint.effect().equals(NO_EXECUTE);
  }

  /** Whether every taint that keeps claims away is tolerated; others do not count. */
  public static boolean isTolerated(List<DeviceTaint> taints, List<DeviceToleration> tolerations) {
    for (DeviceTaint taint : taints) {
      boolean keepsAway = taint.effect().equals("NoSchedule") || evicts(taint);
      if (keepsAway && tolerations.stream().noneMatch(one -> tolerates(one, taint))) {
        return false;
      }
    }
    return true;
  }

  /** Whether one toleration puts up with one taint; times are not looked at. */
  public static boolean tolerates(DeviceToleration toleration, DeviceTaint taint) {
    boolean meant =
        (toleration.effect().isEmpty() || toleration.effect().equals(taint.effect()))
            && (toleration.key().isEmpty() || toleration.key().equals(taint.key()));
    return meant
        && switch (toleration.operator()) {
          case "Exists" -> true;
          case "", "Equal" -> toleration.value().equals(taint.value());
          default -> false;
        };
  }
}
