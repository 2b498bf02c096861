namespace Interop.Prediction;

/// <summary>How bad a model may be before it stops.</summary>
/// <param name="Auc">At least so often a moment with the outcome has the higher probability than one without (0.5 is chance).</param>
/// <param name="ErrorDifference">A group's share of false alarms, or of misses, differs from everybody's by at most this.</param>
/// <param name="CalibrationDifference">What is predicted of a group, or of all, differs from what happened by at most this.</param>
/// <param name="Least">A share is told of at least so many.</param>
/// <param name="Stability">At most this population stability index of each feature.</param>
public sealed record Bounds(double Auc, double ErrorDifference, double CalibrationDifference, int Least, double Stability);
