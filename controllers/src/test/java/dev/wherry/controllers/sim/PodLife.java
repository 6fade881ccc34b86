package dev.wherry.controllers.sim;

/**
 * How pods behave.
 *
 * @param failsOneIn a look at a running pod in so many finds it failed; 0 for never
 * @param succeedsOneIn the same for success
 */
public record PodLife(int failsOneIn, int succeedsOneIn) {
  /** They run until they are deleted. */
  public static final PodLife STEADY = new PodLife(0, 0);

  public static final PodLife FRAGILE = new PodLife(12, 0);

  /** They end, most of them well. */
  public static final PodLife BATCH = new PodLife(9, 4);
}
