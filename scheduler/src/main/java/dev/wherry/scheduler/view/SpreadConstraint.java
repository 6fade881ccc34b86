package dev.wherry.scheduler.view;

import dev.wherry.model.selector.Labels;

/**
 * How evenly pods lie over domains (core/v1 TopologySpreadConstraint).
 *
 * @param required {@code DoNotSchedule}; else {@code ScheduleAnyway}
 * @param selector of pods in the pod's namespace, {@code matchLabelKeys} worked in
 * @param domainsMin with fewer domains the emptiest counts as holding no pod
 * @param honorsAffinity only nodes that the pod's node affinity allows make domains
 * @param honorsTaints only nodes whose taints the pod tolerates make domains
 */
public record SpreadConstraint(
    int skewMax,
    String topologyKey,
    boolean required,
    Labels selector,
    int domainsMin,
    boolean honorsAffinity,
    boolean honorsTaints) {}
