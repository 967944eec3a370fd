package dev.geminibatch.window;

/**
 * What every page has.
 *
 * @param title of the page
 * @param mayAct whether whoever looks at it may change anything
 * @param formToken for its forms
 */
record Frame(String title, boolean mayAct, String formToken) {}
