package dev.wherry.apiserver.fairness;

/**
 * Deals each flow a small hand of queues, so that two flows seldom share all of theirs and a busy
 * one leaves the others a queue without it (apiserver util/shufflesharding).
 */
final class ShuffleSharding {
  private ShuffleSharding() {}

  /**
   * The hand of a flow: different numbers below {@code queues}.
   *
   * @param handSize at most {@code queues}
   */
  static int[] deal(long flow, int queues, int handSize) {
    int size = Math.min(handSize, queues);
    int[] hand = new int[size];
    long rest = flow >>> 1;
    for (int i = 0; i < size; i++) {
      int left = queues - i;
      int card = (int) (rest % left);
      rest /= left;
      hand[i] = skipTaken(hand, i, card);
    }
    return hand;
  }

  /** The card-th of the queues that are not in the hand yet. */
  private static int skipTaken(int[] hand, int taken, int card) {
    int[] sorted = java.util.Arrays.copyOf(hand, taken);
    java.util.Arrays.sort(sorted);
    int queue = card;
    for (int other : sorted) {
      if (other <= queue) {
        queue++;
      }
    }
    return queue;
  }
}
