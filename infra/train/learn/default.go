package learn

// Default are the settings of the shipped parameters, chosen on training folds
// (see tests/science/evaluate/README.md).
func Default() Settings {
	waveform := PLDASettings{Components: 60, Dimensions: 50, Shrinkage: 0.07}
	return Settings{
		Seed:    1,
		PLDA:    [features]PLDASettings{waveform, waveform, waveform},
		Weights: [features]float32{1, 1, 2},
		Network: NetworkSettings{
			Channels: []int{24, 48, 64}, Kernels: []int{7, 5, 5}, Out: 64,
			Epochs: 40, Draws: 2, Batch: 32,
			Rate: 2e-3, Decay: 0.02, Dropout: 0.3, Margin: 0.2, Scale: 20,
		},
	}
}
