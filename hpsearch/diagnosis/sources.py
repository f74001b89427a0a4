"""The works behind the rules on trials, as findings cite them."""

JOHNSON = "Johnson, Deep Learning for Computer Vision (2019), lecture 11: looking at learning curves"
CS231N = (
    "Karpathy, CS231n: Convolutional Neural Networks for Visual Recognition (2016), babysitting the learning process"
)
KARPATHY = "Karpathy, A Recipe for Training Neural Networks (2019)"
SMITH = "Smith, A disciplined approach to neural network hyper-parameters (2018), section 2"
HE = "He et al., Delving Deep into Rectifiers (2015), section 2.2"
BOTTOU = "Bottou, Curtis and Nocedal, Optimization Methods for Large-Scale Machine Learning (2018), section 4.2"
GOODFELLOW = "Goodfellow, Bengio and Courville, Deep Learning (2016), sections 5.2 and 11.5"
PRECHELT = "Prechelt, Early Stopping — But When? (1998)"
ZHANG = "Zhang et al., Understanding deep learning requires rethinking generalization (2017)"
MCCANDLISH = "McCandlish et al., An Empirical Model of Large-Batch Training (2018)"
MATT = "Matt H. and Daniel R., Practical Advice for Building Deep Neural Networks (2017)"
COHEN = "Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability (2021)"
LU = "Lu et al., Dying ReLU and Initialization: Theory and Numerical Examples (2020)"
