package dev.wherry.scheduler.view;

import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.util.Optional;

/**
 * A claim that a pod is to use.
 *
 * @param claim as it was when it was decided
 * @param allocation the devices chosen for it; empty where it has some already
 */
public record DeviceChoice(ResourceClaim claim, Optional<AllocationResult> allocation) {}
