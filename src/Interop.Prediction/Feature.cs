namespace Interop.Prediction;

/// <summary>What a model may look at: one number, bounded, in units in which its weight is read.</summary>
/// <param name="Cap">More than this counts as this.</param>
/// <param name="Unit">How much of it the weight is for.</param>
/// <param name="Edges">Where its values are parted to compare one time with another, from the least.</param>
public sealed record Feature(string Code, double Cap, double Unit, IReadOnlyList<double> Edges)
{
    /// <summary>A value in units, between nothing and the cap.</summary>
    public double Scaled(double value) => Math.Clamp(value, 0, Cap) / Unit;

    /// <summary>In which part a value lies: 0 to the number of edges.</summary>
    public int PartOf(double value)
    {
        var part = 0;
        while (part < Edges.Count && value >= Edges[part])
        {
            part++;
        }

        return part;
    }
}
