using System.Globalization;
using HoloLoom.Fast.Persistence;

namespace HoloLoom.Fast.Experiments;

/// <summary>What a report says in sentences.</summary>
internal static class Words
{
    // Probabilities that are computed as 0 are not: they are below this.
    private const double Least = 1e-300;

    public static (string Verdict, string Advice) Judge(
        string? winner,
        string? better,
        VariantReport? broken,
        bool alarm,
        double mismatch,
        long? more,
        ComparisonReport[] comparisons,
        VariantState[] running)
    {
        if (alarm)
        {
            return (
                string.Create(CultureInfo.InvariantCulture, $"The slice is not divided evenly: so uneven a division has probability {Math.Max(mismatch, Least):0.0e+0} by chance."),
                "Find the fault in how decisions are made or counted; nothing that was compared can be trusted.");
        }

        if (broken is not null)
        {
            return ($"{better} is better, but breaks a guardrail: {broken.BrokenGuardrail}.", $"Do not use {better}; take it out or mend it.");
        }

        if (running.Length < 2)
        {
            return ("Only one variant is left; there is nothing to compare.", "End the experiment, or give it variants.");
        }

        if (winner is not null)
        {
            double error = comparisons.Where(c => c.Better == winner).Max(static c => c.ErrorProbability);
            return (
                string.Create(CultureInfo.InvariantCulture, $"{winner} is the best; were it not, evidence like this would have probability {Math.Max(error, Least):0.0e+0} at most."),
                $"Use {winner}, and end the experiment.");
        }

        return more is long outcomes
            ? (
                "No winner yet.",
                string.Create(CultureInfo.InvariantCulture, $"Go on: if the difference is what it seems, about {outcomes:N0} more outcomes decide."))
            : ("No winner yet, and hardly a difference.", "Go on if even a small difference matters; otherwise use whichever is cheaper.");
    }
}
