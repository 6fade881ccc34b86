package dev.wherry.scheduler.extender;

import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.view.PodView;
import java.util.List;

/** Lets the extender that binds do it for the pods it looks after, and the scheduler the others. */
public record ExtenderBinder(BindPlugin own, List<Extender> extenders) implements BindPlugin {
  private static final System.Logger LOG = System.getLogger(ExtenderBinder.class.getName());

  public ExtenderBinder {
    extenders = List.copyOf(extenders);
  }

  @Override
  public String name() {
    return own.name();
  }

  @Override
  public void bind(PodView pod, String node) {
    for (Extender extender : extenders) {
      if (extender.abilities().contains(Extender.Ability.BIND) && extender.isInterested(pod)) {
        try {
          extender.bind(pod, node);
          return;
        } catch (ExtenderException e) {
          if (!extender.isIgnorable()) {
            throw e;
          }
          LOG.log(
              System.Logger.Level.WARNING,
              "extender=ignored verb=bind pod={0} why=\"{1}\"",
              pod.key(),
              e.getMessage());
        }
      }
    }
    own.bind(pod, node);
  }
}
