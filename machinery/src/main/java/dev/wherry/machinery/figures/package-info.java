/**
 * What is counted where the work is, for pages that Prometheus reads. Any thread counts; nobody
 * owns the values. Imported by queues, the API client and those who write pages.
 */
@NullMarked
package dev.wherry.machinery.figures;

import org.jspecify.annotations.NullMarked;
