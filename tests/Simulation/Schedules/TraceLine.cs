using System.Runtime.CompilerServices;

namespace Relay.Simulation;

/// <summary>A line of the trace, which is put together only in a schedule that is traced.</summary>
[InterpolatedStringHandler]
internal ref struct TraceLine
{
    private DefaultInterpolatedStringHandler text;

    public TraceLine(int literalLength, int formattedCount, World world, out bool isTracing)
    {
        isTracing = world.IsTracing;
        text = isTracing ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value, string? format = null) => text.AppendFormatted(value, format);

    public string ToText() => text.ToStringAndClear();
}
