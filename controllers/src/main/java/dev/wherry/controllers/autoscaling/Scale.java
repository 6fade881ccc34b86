package dev.wherry.controllers.autoscaling;

/**
 * The scale of what an autoscaler scales.
 *
 * @param wanted replicas that its owner is to have
 * @param present replicas there are
 * @param selector of its pods, as text; "" where it has none
 */
record Scale(int wanted, int present, String selector) {}
