using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Relay.Telemetry;

/// <summary>
/// Which instruments a node shows. Meters are found by name in the whole process, so those of another node in it must
/// be left out.
/// </summary>
/// <param name="metrics">The node's own.</param>
/// <param name="factory">By which ASP.NET makes the meters of the node's host.</param>
internal sealed class InstrumentChoice(RelayMetrics metrics, IMeterFactory factory)
{
    /// <summary>
    /// Sets of tags that an instrument keeps apart; more are counted together. OpenTelemetry reserves room for all of
    /// them, for 2,000 without this.
    /// </summary>
    private const int MaxTagSets = 200;

    private static readonly MetricStreamConfiguration Shown = new() { CardinalityLimit = MaxTagSets };

    public static string[] Meters { get; } =
    [
        RelayMetrics.MeterName,
        "System.Runtime",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
    ];

    public MetricStreamConfiguration View(Instrument instrument) =>
        IsOwn(instrument.Meter) ? Shown : MetricStreamConfiguration.Drop;

    private bool IsOwn(Meter meter) =>
        meter.Name == RelayMetrics.MeterName ? meter == metrics.Meter
            : meter.Scope is not IMeterFactory maker || maker == factory;
}
