package dev.wherry.machinery.informer;

/** What keeps a view up to date, on a thread of its own. */
interface Mirror {
  void start();

  void close();
}
